//! Looking, dragging and writing with a toy generator.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use dragfx_engine::{ImagePoint, Latent, PointPair};
use dragfx_graph::document::{Connection, Edit};
use dragfx_graph::eval::Target;
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;
use dragfx_graph::value::{Image, Stop, Value};
use dragfx_runtime::{Device, SessionOptions};

use super::*;
use crate::setup::Services;

/// A window without panels: a document, what is looked at, and what computes.
struct Bench {
    session: Session,
    desk: Desk,
    compute: Compute,
    evaluator: Arc<Evaluator>,
    context: egui::Context,
    latent: NodeId,
    points: NodeId,
    drag: NodeId,
}

/// Longer than anything here takes on any machine.
const DEADLINE: Duration = Duration::from_secs(120);

impl Bench {
    /// latent1 and points1 into drag1, which is looked at.
    fn new() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (fixtures, packs) = (here.join("../../tests/fixtures"), here.join("../../target/test-packs"));
        let store = ModelStore::new(packs, vec![fixtures.clone()], SessionOptions::on(Device::Cpu));
        let model = store.refer(&fixtures.join("sg2-64.pkl"), &fixtures).expect("a fixture");
        let evaluator = Arc::new(Evaluator::new(Arc::new(store)));
        let registry = Arc::new(Registry::standard());
        let session = Session::new(Document::default(), registry);
        let (compute, context) = (Compute::new(Arc::clone(&evaluator)), egui::Context::default());
        let [latent, points, drag] = [NodeId(0); 3];
        let mut bench = Self { session, desk: Desk::default(), compute, evaluator, context, latent, points, drag };
        bench.edit(Edit::SetModel { name: "toy".to_owned(), model: Some(model) });
        [bench.latent, bench.points, bench.drag] = ["latent", "points", "drag"].map(|kind| bench.add(kind));
        bench.wire(bench.latent, "latent", bench.drag, "latent");
        bench.wire(bench.points, "points", bench.drag, "points");
        bench.aim([20.0, 30.0], [40.0, 34.0]);
        bench.desk.slots[0] = Some(bench.image());
        bench
    }

    fn edit(&mut self, edit: Edit) {
        self.session.perform("Test", vec![edit]).expect("the edit suits");
    }

    fn add(&mut self, kind: &str) -> NodeId {
        let operator = Arc::clone(self.session.registry().get(kind).expect("a kind of node"));
        let node = self.session.document().clone().new_node(operator);
        let id = node.id;
        self.edit(Edit::Insert(Box::new(node)));
        id
    }

    fn wire(&mut self, from: NodeId, output: &str, to: NodeId, input: &str) {
        let (output, input) = (output.to_owned(), input.to_owned());
        self.edit(Edit::Connect(Connection { from, output, to, input, order: 0 }));
    }

    /// The picture of the drag over that of its start.
    fn blend(&mut self) -> NodeId {
        let [generate, blend] = ["generate", "blend"].map(|kind| self.add(kind));
        self.wire(self.latent, "latent", generate, "latent");
        self.wire(generate, "image", blend, "source");
        self.wire(self.drag, "image", blend, "result");
        blend
    }

    fn set(&mut self, node: NodeId, param: &str, value: ParamValue) {
        self.edit(Edit::SetParam { node, param: param.to_owned(), value: Some(Param::Constant(value)) });
    }

    fn aim(&mut self, [x, y]: [f64; 2], [u, v]: [f64; 2]) {
        let pair = PointPair::new(ImagePoint::new(x, y), ImagePoint::new(u, v));
        self.set(self.points, "points", ParamValue::Points(vec![pair]));
    }

    fn image(&self) -> View {
        View { node: self.drag, output: "image".to_owned() }
    }

    fn look(&mut self) {
        self.compute.look(&self.context, &self.session, &self.desk);
    }

    /// Draws frames until something is so.
    fn until<T>(&mut self, what: &str, mut found: impl FnMut(&mut Self) -> Option<T>) -> T {
        let end = Instant::now() + DEADLINE;
        loop {
            self.look();
            if let Some(found) = found(self) {
                return found;
            }
            assert!(Instant::now() < end, "there is still no {what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Draws frames until nothing goes on any more.
    fn rest(&mut self) {
        // What a frame asks for is wished for in the next one.
        self.look();
        self.until("rest", |bench| (!bench.compute.is_busy()).then_some(()));
        self.look();
    }

    /// Starts what waits, and gives what became of it.
    fn drag(&mut self) -> Vec<Outcome> {
        self.start();
        self.outcomes()
    }

    fn outcomes(&mut self) -> Vec<Outcome> {
        self.until("outcome", |bench| Some(bench.compute.outcomes()).filter(|outcomes| !outcomes.is_empty()))
    }

    fn start(&mut self) {
        self.compute.start(&self.session, &self.image(), 1);
        assert!(self.compute.is_dragging());
    }

    /// What an output is, computed by somebody else.
    fn value(&self, view: &View) -> Value {
        let target = Target { node: view.node, output: view.output.clone(), frame: 1.0 };
        let fresh = Evaluator::new(Arc::clone(self.evaluator.models()));
        fresh.evaluate(self.session.document(), &self.session.folder(), &target, &Cancel::new()).expect("a value")
    }

    fn shown(&self) -> Arc<Image> {
        image(&self.compute.shown(&self.image()).expect("a picture").value)
    }
}

fn image(value: &Value) -> Arc<Image> {
    if let Value::Image(image) = value { Arc::clone(image) } else { panic!("{value:?}") }
}

/// The picture of the latent before the drag.
fn undragged(bench: &mut Bench) -> Arc<Image> {
    let generate = bench.add("generate");
    bench.wire(bench.latent, "latent", generate, "latent");
    image(&bench.value(&View { node: generate, output: "image".to_owned() }))
}

#[test]
fn looking_does_not_drag() {
    let mut bench = Bench::new();
    let blend = bench.blend();
    bench.rest();
    let state = |bench: &Bench, node| bench.compute.state(node);
    assert_eq!(state(&bench, bench.drag), NodeState::Waiting);
    assert_eq!(state(&bench, blend), NodeState::Waiting, "what comes after it waits as well");
    assert_eq!(state(&bench, bench.latent), NodeState::Cached);
    assert_eq!(state(&bench, bench.points), NodeState::Stale, "nothing has read them yet");
    let shown = bench.shown();
    assert_eq!(shown, undragged(&mut bench), "the picture before the drag, to the bit");
    bench.desk.slots[0] = Some(View { node: blend, output: "image".to_owned() });
    bench.rest();
    assert!(bench.compute.shown(&View { node: blend, output: "image".to_owned() }).is_some());
    assert!(bench.compute.drag(bench.drag).trajectory.is_none());
}

#[test]
fn a_drag_moves_the_picture_and_ends_with_its_own() {
    let mut bench = Bench::new();
    bench.set(bench.drag, "max_steps", ParamValue::Int(12));
    bench.rest();
    bench.start();
    let mut live = None;
    let outcomes = bench.until("end", |bench| {
        live = bench.compute.drag(bench.drag).live.or(live.take());
        Some(bench.compute.outcomes()).filter(|outcomes| !outcomes.is_empty())
    });
    assert_eq!(outcomes, [Outcome::Finished { node: bench.drag, steps: 12, reached: false }]);
    let live = live.expect("steps were seen");
    assert_eq!((live.points.len(), live.paths.len(), live.paths[0].len()), (1, 1, live.step));
    assert_eq!(live.losses.len(), live.step);
    bench.rest();
    assert_eq!(bench.shown(), image(&bench.value(&bench.image())));
    let DragState { trajectory, live } = bench.compute.drag(bench.drag);
    let trajectory = trajectory.expect("it is there now");
    assert!(live.is_none() && trajectory.steps() == 12 && trajectory.stop == Stop::MaxSteps);
    assert_eq!(bench.compute.state(bench.drag), NodeState::Cached);
    assert_eq!(bench.drag(), [Outcome::Idle], "nothing is left to be dragged");
    let view = bench.image();
    bench.until("picture before", |bench| bench.compute.before(&view).cloned().map(drop));
    let old = image(&bench.compute.before(&view).expect("it was there").value);
    assert_eq!(old, undragged(&mut bench), "and the picture before it can still be seen");
}

#[test]
fn a_drag_is_seen_on_its_way() {
    let mut bench = Bench::new();
    bench.aim([20.0, 30.0], [200.0, 34.0]);
    bench.set(bench.drag, "max_steps", ParamValue::Int(10_000));
    bench.rest();
    let mut serials = BTreeSet::from([bench.compute.shown(&bench.image()).expect("a picture").serial]);
    bench.start();
    bench.until("third picture", |bench| {
        serials.extend(bench.compute.shown(&bench.image()).map(|shown| shown.serial));
        (serials.len() > 2).then_some(())
    });
    assert!(bench.compute.is_dragging());
    bench.compute.stop();
    bench.rest();
}

#[test]
fn a_drag_that_is_stopped_is_shown_where_it_stopped_and_goes_on() {
    let mut bench = Bench::new();
    bench.aim([20.0, 30.0], [200.0, 34.0]);
    bench.rest();
    bench.start();
    bench.until("third step", |bench| bench.compute.drag(bench.drag).live.filter(|live| live.step >= 3));
    bench.compute.stop();
    let outcomes = bench.outcomes();
    let [Outcome::Stopped { node, steps }] = outcomes[..] else { panic!("{outcomes:?}") };
    assert!(node == bench.drag && steps >= 3 && !bench.compute.is_dragging());
    bench.set(node, "max_steps", ParamValue::Int(steps as i64));
    bench.compute.keep(&bench.session, node);
    bench.rest();
    let way = bench.compute.drag(node).trajectory.expect("what was done is its result, without another start");
    assert_eq!((way.steps(), way.stop), (steps, Stop::MaxSteps));
    assert_eq!(bench.shown(), image(&bench.value(&bench.image())), "as if it had never been meant to go farther");
    bench.set(node, "max_steps", ParamValue::Int(steps as i64 + 2));
    assert_eq!(bench.drag(), [Outcome::Finished { node, steps: steps + 2, reached: false }]);
    bench.rest();
    assert_eq!(bench.shown(), image(&bench.value(&bench.image())));
}

#[test]
fn a_drag_is_seen_through_the_nodes_behind_it() {
    let mut bench = Bench::new();
    bench.aim([20.0, 30.0], [200.0, 34.0]);
    let blend = View { node: bench.blend(), output: "image".to_owned() };
    bench.desk.slots[0] = Some(blend.clone());
    bench.rest();
    let still = bench.compute.shown(&blend).expect("a picture").clone();
    bench.compute.start(&bench.session, &blend, 1);
    bench.until("other picture", |bench| {
        let shown = bench.compute.shown(&blend).filter(|shown| shown.serial != still.serial)?;
        assert!(bench.compute.is_dragging());
        (image(&shown.value) != image(&still.value)).then_some(())
    });
    // Whoever changes what is dragged ends the drag; nothing is told of it.
    bench.aim([20.0, 30.0], [25.0, 34.0]);
    bench.until("end", |bench| (!bench.compute.is_dragging()).then_some(()));
    assert_eq!(bench.compute.outcomes(), []);
    bench.rest();
    let shown = bench.compute.shown(&blend).expect("a picture");
    assert_eq!(image(&shown.value), image(&still.value), "the other drag was not dragged yet");
    assert_eq!(bench.compute.state(bench.drag), NodeState::Waiting);
}

#[test]
fn what_is_wrong_stands_at_the_node_that_is_wrong() {
    let mut bench = Bench::new();
    bench.aim([200.0, 30.0], [40.0, 34.0]);
    let write = bench.add("write");
    bench.wire(bench.drag, "image", write, "image");
    let outcomes = bench.drag();
    let [Outcome::Failed(reason)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert!(reason.starts_with("drag1: the handle of point 1 is at (200, 30)"), "{reason}");
    let lonely = bench.add("generate");
    bench.rest();
    let NodeState::Incomplete(own) = bench.compute.state(lonely) else { panic!("{:?}", bench.compute.state(lonely)) };
    assert_eq!(own, "its input `latent` is not connected");
    let read = bench.add("read");
    bench.set(read, "file", ParamValue::Text("nowhere.png".to_owned()));
    let switch = bench.add("switch");
    bench.wire(read, "image", switch, "a");
    bench.desk.slots[0] = Some(View { node: switch, output: "image".to_owned() });
    bench.rest();
    let trouble = bench.compute.trouble(bench.desk.shown().expect("a view")).expect("a reason");
    assert!(trouble.starts_with("read1: ") && trouble.contains("nowhere.png"), "{trouble}");
    let NodeState::Blocked(after) = bench.compute.state(switch) else { panic!("{:?}", bench.compute.state(switch)) };
    assert!(after.starts_with("read1 failed: "), "{after}");
    let NodeState::Failed(own) = bench.compute.state(read) else { panic!("{:?}", bench.compute.state(read)) };
    assert!(own.contains("nowhere.png") && !own.contains("read1"), "{own}");
}

#[test]
fn thumbnails_come_to_those_who_ask() {
    let mut bench = Bench::new();
    let generate = bench.add("generate");
    bench.wire(bench.latent, "latent", generate, "latent");
    bench.rest();
    let mask = bench.add("mask");
    for side in ["width", "height"] {
        bench.set(mask, side, ParamValue::Int(64));
    }
    assert!(bench.compute.thumbnail(generate).is_none());
    bench.until("thumbnails", |bench| {
        let there = [generate, mask, bench.drag].map(|node| bench.compute.thumbnail(node).is_some());
        (there == [true; 3]).then_some(())
    });
    let serial = |bench: &Bench| bench.compute.thumbnail(generate).expect("it is there").serial;
    let first = serial(&bench);
    bench.rest();
    bench.set(mask, "grow", ParamValue::Float(3.0));
    bench.until("rest", |bench| {
        let _ = bench.compute.thumbnail(generate);
        (!bench.compute.is_busy()).then_some(())
    });
    assert_eq!(serial(&bench), first, "what has not changed is not drawn again");
}

/// Services that note what they were to write.
#[derive(Default)]
struct Notes {
    /// Pictures and rate of each.
    films: Mutex<Vec<(Vec<Arc<Image>>, f64)>>,
    latents: Mutex<Vec<(PathBuf, Latent)>>,
}

impl Services for Notes {
    fn film_formats(&self) -> &[&str] {
        &["gif"]
    }

    fn film(
        &self,
        _path: &Path,
        pictures: &mut dyn ExactSizeIterator<Item = Result<Arc<Image>, String>>,
        rate: f64,
    ) -> Result<(), String> {
        let pictures = pictures.collect::<Result<Vec<_>, _>>()?;
        self.films.lock().expect("no panic").push((pictures, rate));
        Ok(())
    }

    fn latent_formats(&self) -> &[&str] {
        &["npy"]
    }

    fn latent(&self, path: &Path, latent: &Latent) -> Result<(), String> {
        self.latents.lock().expect("no panic").push((path.to_owned(), latent.clone()));
        Ok(())
    }
}

#[test]
fn pictures_films_and_latents_are_written() {
    let mut bench = Bench::new();
    bench.set(bench.drag, "max_steps", ParamValue::Int(6));
    let folder = tempfile::tempdir().expect("a folder");
    let notes = Arc::new(Notes::default());
    let services: Arc<dyn Services> = Arc::<Notes>::clone(&notes);
    let export = |bench: &mut Bench, export: Export| {
        assert!(bench.compute.export(&bench.session, &services, export));
        bench.until("file", |bench| bench.compute.exports().pop())
    };
    let (view, frame, drag) = (bench.image(), 1, bench.drag);
    let path = folder.path().join("picture.png");
    let picture = Export::Picture { view: view.clone(), frame, path: path.clone(), embed: true };
    assert_eq!(export(&mut bench, picture), Ok(format!("Wrote {}", path.display())));
    let tags = dragfx_graph::files::read_tags(&path).expect("a picture");
    assert_eq!(tags.graph, Some(preset::to_text(bench.session.document())));

    let film = Export::Film { view: view.clone(), drag, frame, path: "a.gif".into(), most: 4, rate: 12.0 };
    assert_eq!(export(&mut bench, film), Ok("Wrote a.gif: 4 pictures".to_owned()));
    let films = notes.films.lock().expect("no panic");
    let [(pictures, 12.0)] = &films[..] else { panic!("one film") };
    assert_eq!(pictures[3], image(&bench.value(&view)), "it ends with the end");
    assert_eq!(pictures[0], undragged(&mut bench), "and begins with the start");

    let latent = View { node: drag, output: "latent".to_owned() };
    let written = export(&mut bench, Export::Latent { view: latent.clone(), frame, path: "a.npy".into() });
    assert_eq!(written, Ok("Wrote a.npy".to_owned()));
    let Value::Latent(expected) = bench.value(&latent) else { panic!("a latent") };
    assert_eq!(notes.latents.lock().expect("no panic")[0].1, *expected.latent);

    let wrong = export(&mut bench, Export::Latent { view, frame, path: "a.npy".into() });
    assert_eq!(wrong, Err("an image is no latent".to_owned()));
    let none = export(&mut bench, Export::Render { frames: 1..=2 });
    assert_eq!(none, Err("there is no Write node, or all are bypassed".to_owned()));
    let write = bench.add("write");
    bench.wire(bench.drag, "image", write, "image");
    let file = folder.path().join("frame.##.png").display().to_string();
    bench.set(write, "file", ParamValue::Text(file));
    assert_eq!(export(&mut bench, Export::Render { frames: 1..=2 }), Ok("Rendered 2 files".to_owned()));
    assert!(folder.path().join("frame.02.png").exists());
}

#[test]
fn an_export_that_is_cancelled_says_so() {
    let mut bench = Bench::new();
    bench.aim([20.0, 30.0], [200.0, 34.0]);
    bench.set(bench.drag, "max_steps", ParamValue::Int(100_000));
    let services: Arc<dyn Services> = Arc::new(Notes::default());
    let export =
        Export::Latent { view: View { node: bench.drag, output: "latent".to_owned() }, frame: 1, path: "a.npy".into() };
    assert!(bench.compute.export(&bench.session, &services, export.clone()));
    assert!(!bench.compute.export(&bench.session, &services, export), "one at a time");
    bench.until("progress", |bench| bench.compute.exporting().filter(|busy| busy.what.contains("step")).cloned());
    bench.compute.cancel_export();
    let told = bench.until("end", |bench| bench.compute.exports().pop());
    assert!(told.is_ok_and(|told| told.starts_with("Cancelled")) && bench.compute.exporting().is_none());
}
