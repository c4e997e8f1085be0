//! What a plugin says of itself, as a kind of node.

use dragfx_graph::declare::{Arity, Category, InputDecl, NodeDecl, OutputDecl, ParamDecl};
use dragfx_graph::value::{MAX_SIDE, PortType};
use ofx_host::{ClipDescription, Context, ContextDescription, Description, KnownPlugin};

use crate::names::{Ids, node_id};
use crate::params::{self, Binding};
use crate::text;

/// A kind of node, and what of it belongs to what of the plugin.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    pub(crate) decl: NodeDecl,
    pub(crate) context: Context,
    pub(crate) clips: Vec<ClipPort>,
    pub(crate) params: Vec<Binding>,
    /// Whether the node can stand without any picture, and says itself how large its own is.
    pub(crate) makes_pictures: bool,
    /// Whether the plugin has to be asked which frames it looks at.
    pub(crate) looks_at_other_frames: bool,
}

/// A clip of the plugin, and the node's input for it.
#[derive(Clone, Debug)]
pub(crate) struct ClipPort {
    pub(crate) clip: String,
    pub(crate) input: String,
    pub(crate) mask: bool,
}

/// Parameters of nodes that make pictures from nothing; no plugin's own are called so.
pub(crate) const WIDTH: &str = "project_width";
pub(crate) const HEIGHT: &str = "project_height";
pub(crate) const TRANSFER: &str = "project_transfer";

/// Contexts in the order in which they suit a node: an effect has all its clips, masks among them, in the general one.
const CONTEXTS: [Context; 6] =
    [Context::General, Context::Filter, Context::Generator, Context::Transition, Context::Retimer, Context::Paint];

/// The kind of node that a plugin is, or in words why it is none.
pub(crate) fn declare(plugin: &KnownPlugin) -> Result<Declared, String> {
    let failed = || plugin.errors.join("; ");
    let description = plugin.description.as_ref().ok_or_else(failed)?;
    if !description.renders_on_cpu {
        return Err(format!("it renders on {} only, which nodes cannot", description.devices.join(", ")));
    }
    let described = CONTEXTS.iter().find_map(|wanted| plugin.contexts.iter().find(|one| one.context == *wanted));
    let described = described.ok_or_else(failed)?;
    let (clips, inputs) = inputs(&described.clips);
    let makes_pictures = inputs.iter().all(|input| input.arity == Arity::Optional);
    let mut ids = Ids::default();
    let own = if makes_pictures { own_params(&mut ids) } else { Vec::new() };
    let (params, left_out) = params::bind(&described.params, &mut ids);
    let version = plugin.id.version;
    let decl = NodeDecl {
        id: node_id(&plugin.id.identifier, version.0).into(),
        // A plugin of a later minor version does all that an earlier one did.
        version: version.1.saturating_add(1),
        title: title(description).into(),
        category: Category::Plugin,
        doc: doc(description, &plugin.id.identifier, version, &left_out).into(),
        inputs,
        outputs: vec![OutputDecl {
            id: "image".into(),
            port_type: PortType::Image,
            doc: "What the effect makes, as large as its first picture.".into(),
        }],
        params: own.into_iter().chain(params.iter().flat_map(|binding| binding.decls().iter().cloned())).collect(),
    };
    let looks_at_other_frames = looks_at_other_frames(description, described);
    Ok(Declared { decl, context: described.context, clips, params, makes_pictures, looks_at_other_frames })
}

fn looks_at_other_frames(description: &Description, described: &ContextDescription) -> bool {
    description.temporal_access
        || described.context == Context::Retimer
        || described.clips.iter().any(|clip| clip.temporal_access)
}

fn inputs(clips: &[ClipDescription]) -> (Vec<ClipPort>, Vec<InputDecl>) {
    let mut ids = Ids::default();
    let inputs = clips.iter().filter(|clip| clip.name != "Output").map(|clip| {
        let input = ids.claim(&clip.name);
        let what = if clip.mask { "mask" } else { "picture" };
        let label = if clip.label.trim().is_empty() { &clip.name } else { &clip.label };
        let decl = InputDecl {
            id: input.clone().into(),
            port_type: if clip.mask { PortType::Mask } else { PortType::Image },
            arity: if clip.optional { Arity::Optional } else { Arity::Required },
            doc: text::sentences([&*format!("The {what} of the clip {}", text::line(label))]).into(),
        };
        (ClipPort { clip: clip.name.clone(), input, mask: clip.mask }, decl)
    });
    inputs.unzip()
}

fn own_params(ids: &mut Ids) -> Vec<ParamDecl> {
    let side = |id, label, default, doc| ParamDecl::int(id, label, default, 1..=MAX_SIDE as i64, doc).unit("pixels");
    [WIDTH, HEIGHT, TRANSFER].iter().for_each(|id| drop(ids.claim(id)));
    vec![
        side(WIDTH, "Project width", 1920, "Width of the picture, where none is connected."),
        side(HEIGHT, "Project height", 1080, "Height of the picture, where none is connected."),
        ParamDecl::choice(
            TRANSFER,
            "Project encoding",
            &[("srgb", "The sRGB curve."), ("linear", "Proportional to light.")],
            "What the colours of the picture are taken for, where none is connected.",
        ),
    ]
}

fn title(description: &Description) -> String {
    let label = text::line(&description.label);
    if label.is_empty() { text::line(&description.identifier) } else { label }
}

/// The plugin's own words, and after them what it is and what a node cannot show of it.
fn doc(description: &Description, identifier: &str, (major, minor): (u32, u32), left_out: &[String]) -> String {
    let group = text::line(&description.grouping);
    let group = if group.is_empty() { String::new() } else { format!(", {group}") };
    let about = format!("The OpenFX effect {identifier} {major}.{minor}{group}");
    let lacks = match left_out {
        [] => String::new(),
        names => format!("A node cannot show: {}", names.join(", ")),
    };
    let order = match description.sequential {
        1 => "It wants its frames in order, but here each is rendered by itself",
        _ => "",
    };
    text::sentences([&*description.documentation, &about, &lacks, order])
}
