//! The graph that an instance is: nodes with its parameters set in them.

use std::path::PathBuf;
use std::sync::Arc;

use dragfx_engine::PointPair;
use dragfx_graph::curve::{Curve, Interpolation, Key};
use dragfx_graph::document::{Document, Edit, EditError, NodeId};
use dragfx_graph::eval::Target;
use dragfx_graph::models::ModelRef;
use dragfx_graph::operator::Operator;
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::registry::Registry;

use super::bake::Bake;
use super::baked::BakedDrag;
use super::parameters::{DECLARED, Declared};
use super::settings::{MASK, Moment, Settings, folder};
use super::state::{points, uses_mask};
use crate::clips::{self, Clips};
use crate::failure::Failure;
use crate::placement::Placement;

/// A graph, and what is wanted of it.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) document: Document,
    pub(super) folder: PathBuf,
    /// The clips that it reads.
    pub(super) clips: Clips,
    /// The frame.
    time: f64,
    node: NodeId,
}

/// The graph that paints the start: Latent to Generate.
///
/// # Errors
/// This and the others: a parameter that the graph does not take.
pub(super) fn start(settings: &Settings, model: &ModelRef) -> Result<Graph, Failure> {
    let mut graph = Builder::new(settings, model)?;
    let latent = graph.node("latent", "start", "latent")?;
    graph.picture(latent)
}

/// The graph that drags: Latent, Points and, from the host, Mask to Drag. `placement` is where the picture lies.
pub(super) fn live(settings: &Settings, model: &ModelRef, placement: &Placement) -> Result<Graph, Failure> {
    let mut graph = Builder::new(settings, model)?;
    let latent = graph.node("latent", "start", "latent")?;
    let pairs = graph.node("points", "points", "points")?;
    let moments = |moment: &Moment| ParamValue::Points(points(&moment.pairs, placement));
    graph.set(pairs, "points", param(settings, moments)?)?;
    let drag = graph.node("drag", "drag", "drag")?;
    graph.join(latent, "latent", drag, "latent")?;
    graph.join(pairs, "points", drag, "points")?;
    if uses_mask(settings) {
        let read = graph.node("read", "clip", "read")?;
        graph.set(read, "file", Param::Constant(ParamValue::Text(clips::file(MASK))))?;
        let mask = graph.node("mask", "mask", "mask")?;
        graph.join(read, "image", mask, "image")?;
        graph.join(mask, "mask", drag, "mask")?;
    }
    Ok(graph.finish(drag))
}

/// The graph that paints what is baked: the baked drag to Generate.
pub(super) fn baked(settings: &Settings, model: &ModelRef, bake: &Arc<Bake>) -> Result<Graph, Failure> {
    let mut graph = Builder::new(settings, model)?;
    let latent = graph.insert(Arc::new(BakedDrag::new(Arc::clone(bake))), "baked")?;
    graph.set(latent, "progress", Param::Constant(ParamValue::Float(settings.now.float("progress"))))?;
    graph.picture(latent)
}

/// Says which of the enabled handles are not on the picture, where a drag could not start.
///
/// # Errors
/// In words, if there is one.
pub(super) fn check(settings: &Settings, placement: &Placement) -> Result<(), Failure> {
    let [width, height] = placement.size;
    let outside = |pair: &PointPair| !pair.handle.is_inside(width, height);
    let placed = points(&settings.now.pairs, placement);
    match settings.now.pairs.iter().zip(&placed).find(|(_, placed)| outside(placed)) {
        Some((pair, _)) => {
            let number = pair.place + 1;
            Err(Failure::User(format!(
                "the handle of point {number} is not on the picture: move it there, or disable it"
            )))
        }
        None => Ok(()),
    }
}

impl Graph {
    /// An output of the node that the graph is made for.
    pub(super) fn target(&self, output: &str) -> Target {
        Target { node: self.node, output: output.to_owned(), frame: self.time }
    }

    /// The mask, if the graph has one.
    pub(super) fn mask(&self) -> Option<Target> {
        let node = self.document.by_name("mask")?.id;
        Some(Target { node, output: "mask".to_owned(), frame: self.time })
    }
}

struct Builder<'a> {
    settings: &'a Settings,
    document: Document,
    clips: Clips,
    registry: Registry,
}

impl<'a> Builder<'a> {
    fn new(settings: &'a Settings, model: &ModelRef) -> Result<Self, Failure> {
        let mut document = Document::default();
        document.apply(Edit::SetModel { name: "model".to_owned(), model: Some(model.clone()) }).map_err(refused)?;
        let clips = Clips::new();
        Ok(Self { settings, document, registry: clips.registry(), clips })
    }

    /// Adds a node of a kind, with all that the host says of the kind set.
    fn node(&mut self, kind: &str, name: &str, declared: &str) -> Result<NodeId, Failure> {
        let operator = self.registry.get(kind).cloned().expect("a node of the graph");
        let id = self.insert(operator, name)?;
        for declared in DECLARED.iter().filter(|known| known.node == declared) {
            self.set_declared(id, declared)?;
        }
        Ok(id)
    }

    fn insert(&mut self, operator: Arc<dyn Operator>, name: &str) -> Result<NodeId, Failure> {
        let mut node = self.document.new_node(operator);
        name.clone_into(&mut node.name);
        let id = node.id;
        self.document.apply(Edit::Insert(Box::new(node))).map_err(refused)?;
        Ok(id)
    }

    fn set_declared(&mut self, node: NodeId, declared: &Declared) -> Result<(), Failure> {
        let values = |moment: &Moment| moment.values[declared.name].clone();
        let value = if declared.decl().animates {
            param(self.settings, values)?
        } else {
            Param::Constant(values(&self.settings.now))
        };
        self.set(node, declared.id, value)
    }

    fn set(&mut self, node: NodeId, param: &str, value: Param) -> Result<(), Failure> {
        let edit = Edit::SetParam { node, param: param.to_owned(), value: Some(value) };
        self.document.apply(edit).map(drop).map_err(refused)
    }

    fn join(&mut self, from: NodeId, output: &str, to: NodeId, input: &str) -> Result<(), Failure> {
        for edit in self.document.connection(from, output, to, input) {
            self.document.apply(edit).map_err(refused)?;
        }
        Ok(())
    }

    /// Adds a Generate that paints a node's latent, with the noise of the drag.
    fn picture(mut self, latent: NodeId) -> Result<Graph, Failure> {
        let picture = self.node("generate", "picture", "generate")?;
        for declared in DECLARED.iter().filter(|declared| ["noise", "noise_seed"].contains(&declared.id)) {
            self.set_declared(picture, declared)?;
        }
        self.join(latent, "latent", picture, "latent")?;
        Ok(self.finish(picture))
    }

    fn finish(self, node: NodeId) -> Graph {
        let Self { settings, document, clips, .. } = self;
        Graph { document, folder: folder(), clips, time: settings.time, node }
    }
}

/// What a parameter is at the time, and at the times before it.
fn param(settings: &Settings, value: impl Fn(&Moment) -> ParamValue) -> Result<Param, Failure> {
    let now = value(&settings.now);
    let before: Vec<_> = settings.before.iter().map(|(time, moment)| (*time, value(moment))).collect();
    if before.iter().all(|(_, value)| *value == now) {
        return Ok(Param::Constant(now));
    }
    let keys = before.into_iter().rev().chain([(settings.time, now)]);
    let keys = keys.map(|(frame, value)| Key { frame, value, interpolation: Interpolation::Hold });
    Curve::new(keys.collect()).map(Param::Animated).map_err(|error| Failure::User(error.to_string()))
}

/// Values are within their ranges when they are read, so what is refused is a number that is none.
fn refused(error: EditError) -> Failure {
    Failure::User(error.to_string())
}

#[cfg(test)]
mod tests {
    use dragfx_graph::preset;

    use super::super::bake::tests::way;
    use super::super::settings::Pair;
    use super::*;
    use crate::declared::registry;

    fn model() -> ModelRef {
        ModelRef { file: "toy.pkl".into(), blake3: Some("ab".repeat(32)), path: None }
    }

    fn placement(settings: &Settings) -> Placement {
        Placement::new(settings.fit, settings.frame, [256, 256])
    }

    fn with_point() -> Settings {
        let mut settings = Settings::usual();
        settings.now.pairs = vec![Pair { place: 0, handle: [960.0, 540.0], target: [1000.0, 500.0] }];
        settings
    }

    /// The parameter of a node at a frame.
    fn value(graph: &Graph, node: &str, param: &str, frame: f64) -> ParamValue {
        let node = graph.document.by_name(node).unwrap_or_else(|| panic!("no node {node}"));
        let decl = node.decl().and_then(|decl| decl.find_param(param)).expect("a declared parameter");
        node.params.get(param).map_or_else(|| decl.default_value(), |value| value.at(frame))
    }

    /// Every parameter, with a value that is not its default, and where it is found again in the graph.
    #[test]
    fn every_parameter_comes_to_its_node() {
        let node_of = |declared: &Declared| match declared.node {
            "latent" => "start",
            node => node,
        };
        for declared in DECLARED {
            use dragfx_graph::declare::Kind;
            let other = match &declared.decl().kind {
                Kind::Float { min, max, .. } => ParamValue::Float(min + (max - min) * 0.375),
                Kind::Int { max, .. } => ParamValue::Int((*max).min(3)),
                Kind::Bool { default } => ParamValue::Bool(!default),
                Kind::Choice { options, .. } => ParamValue::Text(options.last().expect("a choice").id.to_string()),
                kind => panic!("{}: {kind:?}", declared.name),
            };
            let mut settings = Settings { use_mask: true, ..with_point() };
            settings.now.values.insert(declared.name, other.clone());
            let graph = live(&settings, &model(), &placement(&settings)).expect("a graph");
            assert_eq!(value(&graph, node_of(&declared), declared.id, 1.0), other, "{}", declared.name);
            if declared.id.starts_with("noise") {
                let graph = start(&settings, &model()).expect("a graph");
                assert_eq!(value(&graph, "picture", declared.id, 1.0), other, "{} of the start", declared.name);
            }
        }
    }

    #[test]
    fn points_are_turned_over_into_pixels() {
        let settings = with_point();
        let graph = live(&settings, &model(), &placement(&settings)).expect("a graph");
        let ParamValue::Points(points) = value(&graph, "points", "points", 1.0) else { panic!("points") };
        let scale = 256.0 / 1080.0;
        assert_eq!((points[0].handle.x, points[0].handle.y), (127.5, 127.5));
        let expected = (127.5 + 40.0 * scale, 127.5 + 40.0 * scale);
        let target = points[0].target;
        assert!((target.x - expected.0).abs() < 1e-9 && (target.y - expected.1).abs() < 1e-9, "{target:?}");
    }

    #[test]
    fn graphs_are_presets_that_others_can_read() {
        let settings = Settings { use_mask: true, ..with_point() };
        let graph = live(&settings, &model(), &placement(&settings)).expect("a graph");
        let text = preset::to_text(&graph.document);
        let read = preset::from_text(&text, registry()).expect("a preset");
        assert_eq!(preset::to_text(&read), text);
        let unmasked = Settings { use_mask: false, ..settings };
        let graph = live(&unmasked, &model(), &placement(&unmasked)).expect("a graph");
        assert!(graph.mask().is_none(), "a mask that is not used is not read");
    }

    #[test]
    fn a_warm_start_has_the_frames_before() {
        let mut settings = Settings { time: 4.0, ..with_point() };
        for (time, x) in [(3.0, 970.0), (2.0, 965.0)] {
            let mut moment = settings.now.clone();
            moment.pairs[0].target[0] = x;
            settings.before.push((time, moment));
        }
        let graph = live(&settings, &model(), &placement(&settings)).expect("a graph");
        let target = |frame: f64| match value(&graph, "points", "points", frame) {
            ParamValue::Points(points) => points[0].target.x,
            other => panic!("{other:?}"),
        };
        let scale = 256.0 / 1080.0;
        for (frame, x) in [(2.0, 965.0), (3.0, 970.0), (4.0, 1000.0)] {
            let expected = 127.5 + (x - 960.0) * scale;
            assert!((target(frame) - expected).abs() < 1e-9, "frame {frame}: {}", target(frame));
        }
        assert_eq!(value(&graph, "start", "seed", 2.0), ParamValue::Int(0), "what does not change is no curve");
    }

    #[test]
    fn a_bake_is_painted_at_the_progress() {
        let bake = Arc::new(Bake::of(&way(2, 1, &[0.5, 1.0]), String::new()));
        let mut settings = with_point();
        settings.now.values.insert("progress", ParamValue::Float(0.25));
        let graph = baked(&settings, &model(), &bake).expect("a graph");
        assert_eq!(value(&graph, "baked", "progress", 1.0), ParamValue::Float(0.25));
        assert_eq!(graph.target("image").output, "image");
    }

    #[test]
    fn a_handle_off_the_picture_is_named() {
        let mut settings = with_point();
        settings.now.pairs.push(Pair { place: 4, handle: [10.0, 540.0], target: [960.0, 540.0] });
        let error = check(&settings, &placement(&settings)).expect_err("it lies beside the picture");
        assert!(error.to_string().contains("point 5"), "{error}");
        settings.now.pairs[1] = Pair { place: 4, handle: [960.0, 540.0], target: [10.0, 540.0] };
        check(&settings, &placement(&settings)).expect("targets may lie anywhere");
    }
}
