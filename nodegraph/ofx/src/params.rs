//! Parameters of a plugin as parameters of its node, and values back.

use std::collections::BTreeMap;

use dragfx_graph::declare::{ChoiceDecl, Kind, ParamDecl};
use dragfx_graph::operator::Params;
use ofx_host::param::{
    Content, Measures, ParamDescription, ParamKind, ParamValue, SavedParam, SavedParams, StringMode,
};

use crate::names::Ids;
use crate::text;

/// A parameter of the plugin, and the node's parameters that it is made of: one, or one for each of its numbers.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    name: String,
    kind: ParamKind,
    decls: Vec<ParamDecl>,
    /// For each number whether it is a part of the picture's width (0) or height (1); empty for all others.
    axes: &'static [usize],
    /// Of a choice, what the plugin calls the options, in the order in which they are declared.
    options: Vec<ParamValue>,
}

/// Numbers of plugins without a limit end here: what is beyond nobody means, and nobody can read.
const MOST: f64 = 1e9;

/// What a node can show of a plugin's parameters, in their order; and the labels of what it cannot.
pub(crate) fn bind(descriptions: &[ParamDescription], ids: &mut Ids) -> (Vec<Binding>, Vec<String>) {
    let (mut bindings, mut left_out) = (Vec::new(), Vec::new());
    for description in descriptions.iter().filter(|description| !description.secret) {
        match binding(description, ids) {
            Some(binding) => bindings.push(binding),
            None if is_shown(description) => left_out.push(text::line(label(description))),
            None => {}
        }
    }
    (bindings, left_out)
}

/// Whether people see something of it that they can use.
fn is_shown(description: &ParamDescription) -> bool {
    let layout = matches!(description.kind, ParamKind::Group | ParamKind::Page);
    !layout && description.string_mode != Some(StringMode::Label)
}

fn label(description: &ParamDescription) -> &str {
    [&description.label, &description.name].into_iter().find(|text| !text.trim().is_empty()).map_or("", |text| text)
}

fn binding(description: &ParamDescription, ids: &mut Ids) -> Option<Binding> {
    use ParamKind as P;
    if !description.persistent || description.string_mode == Some(StringMode::Label) {
        return None;
    }
    let axes = axes(description);
    let mut options = Vec::new();
    let kinds: Vec<Kind> = match description.kind {
        P::Integer | P::Integer2D | P::Integer3D => {
            (0..count(description.kind)).map(|at| whole(description, at)).collect()
        }
        P::Double | P::Double2D | P::Double3D | P::Rgb | P::Rgba => {
            (0..count(description.kind)).map(|at| number(description, at, axes)).collect()
        }
        P::Boolean => vec![Kind::Bool { default: default_number(description, 0) != 0.0 }],
        P::Choice | P::StrChoice => {
            let (kind, order) = choice(description)?;
            options = order;
            vec![kind]
        }
        P::String => vec![string(description)],
        P::Custom | P::Bytes | P::Group | P::Page | P::PushButton | P::Parametric => return None,
    };
    let parts = parts(description.kind);
    let decls = kinds.into_iter().zip(parts).map(|(kind, part)| decl(description, kind, part, axes, ids));
    Some(Binding { name: description.name.clone(), kind: description.kind, decls: decls.collect(), axes, options })
}

/// What the numbers of a kind are called.
fn parts(kind: ParamKind) -> &'static [&'static str] {
    match kind {
        ParamKind::Integer2D | ParamKind::Double2D => &["x", "y"],
        ParamKind::Integer3D | ParamKind::Double3D => &["x", "y", "z"],
        ParamKind::Rgb => &["r", "g", "b"],
        ParamKind::Rgba => &["r", "g", "b", "a"],
        _ => &[""],
    }
}

fn count(kind: ParamKind) -> usize {
    parts(kind).len()
}

/// Of a size or a position whose default is a part of the picture's size: which side each number is a part of. The node's
/// numbers are such parts then, because its defaults are the same for all pictures. A default of nothing is the same in pixels.
fn axes(description: &ParamDescription) -> &'static [usize] {
    let grows = (0..count(description.kind)).any(|at| default_number(description, at) != 0.0);
    match description.measures.filter(|_| description.normalised_default && grows) {
        Some(Measures::X | Measures::XAbsolute) => &[0],
        Some(Measures::Y | Measures::YAbsolute) => &[1],
        Some(Measures::XY | Measures::XYAbsolute) => &[0, 1],
        _ => &[],
    }
}

fn decl(description: &ParamDescription, kind: Kind, part: &str, axes: &[usize], ids: &mut Ids) -> ParamDecl {
    let name = label(description);
    let (wanted, label) = match part {
        "" => (description.name.clone(), name.to_owned()),
        part => (format!("{}_{part}", description.name), format!("{name} {part}")),
    };
    let doc = text::sentences([if description.hint.trim().is_empty() { &label } else { &*description.hint }]);
    ParamDecl {
        id: ids.claim(&wanted).into(),
        label: text::line(&label).into(),
        doc: doc.into(),
        kind,
        unit: unit(description, axes).into(),
        animates: description.animates,
    }
}

fn unit(description: &ParamDescription, axes: &[usize]) -> &'static str {
    if !axes.is_empty() {
        return "of the picture's size";
    }
    use Measures as M;
    match description.measures.unwrap_or_default() {
        M::Plain | M::Scale => "",
        M::Angle => "degrees",
        M::Time | M::AbsoluteTime => "frames",
        M::X | M::Y | M::XY | M::XAbsolute | M::YAbsolute | M::XYAbsolute => "pixels",
        M::NormalisedX | M::NormalisedY | M::NormalisedXY => "of the picture's size",
        M::NormalisedXAbsolute | M::NormalisedYAbsolute | M::NormalisedXYAbsolute => "of the picture's size",
    }
}

fn default_number(description: &ParamDescription, at: usize) -> f64 {
    let number = match &description.default {
        Some(ParamValue::Integers(numbers)) => numbers.get(at).copied().map(f64::from),
        Some(ParamValue::Doubles(numbers)) => numbers.get(at).copied(),
        _ => None,
    };
    number.filter(|number| number.is_finite()).unwrap_or(0.0)
}

/// The least and the most of a number, always with its default in between.
fn range(least: Option<&f64>, most: Option<&f64>, default: f64) -> (f64, f64) {
    let limit = |side: Option<&f64>, none: f64| side.copied().filter(|side| side.abs() < MOST).unwrap_or(none);
    let (least, most) = (limit(least, -MOST), limit(most, MOST));
    let (least, most) = if least <= most { (least, most) } else { (-MOST, MOST) };
    (least.min(default), most.max(default))
}

fn number(description: &ParamDescription, at: usize, axes: &[usize]) -> Kind {
    let default = default_number(description, at).clamp(-MOST, MOST);
    if !axes.is_empty() {
        // The limits are those of pixels, and hold for these when the picture is known.
        return Kind::Float { default, min: -MOST, max: MOST, slider: (0.0_f64.min(default), 1.0_f64.max(default)) };
    }
    let (min, max) = range(description.minimum.get(at), description.maximum.get(at), default);
    let shown = description.display_minimum.get(at).zip(description.display_maximum.get(at));
    let shown = shown.map(|(&least, &most)| (least.max(min), most.min(max)));
    let slider = shown.filter(|(least, most)| least < most && most - least < MOST).unwrap_or((min, max));
    Kind::Float { default, min, max, slider }
}

fn whole(description: &ParamDescription, at: usize) -> Kind {
    let default = default_number(description, at);
    let (min, max) = range(description.minimum.get(at), description.maximum.get(at), default);
    Kind::Int { default: default as i64, min: min.ceil() as i64, max: max.floor() as i64 }
}

/// A choice, and what the plugin calls its options; none if there is nothing to choose.
fn choice(description: &ParamDescription) -> Option<(Kind, Vec<ParamValue>)> {
    let mut order: Vec<usize> = (0..description.options.len()).collect();
    order.sort_by_key(|&at| description.options[at].order);
    let mut options: Vec<ChoiceDecl> = Vec::new();
    for &at in &order {
        let option = &description.options[at];
        let id = text::line(&option.value);
        let taken = |id: &str| options.iter().any(|option| option.id == id);
        // An id that is taken, or none at all, is told apart by its place.
        let id = if id.is_empty() || taken(&id) { format!("{id} {}", at + 1).trim().to_owned() } else { id };
        let doc = text::sentences([&*option.label]);
        options.push(ChoiceDecl { id: id.into(), doc: doc.into() });
    }
    let default = match &description.default {
        Some(ParamValue::Text(value)) => description.options.iter().position(|option| option.value == *value),
        _ => Some(default_number(description, 0) as usize),
    };
    let default = default.and_then(|default| order.iter().position(|&at| at == default)).unwrap_or(0);
    let default = options.get(default)?.id.clone();
    let called = |at: usize| match description.kind {
        ParamKind::StrChoice => description.options[at].value.clone().into(),
        _ => i32::try_from(at).unwrap_or(i32::MAX).into(),
    };
    let order = order.into_iter().map(called).collect();
    Some((Kind::Choice { default, options }, order))
}

fn string(description: &ParamDescription) -> Kind {
    let default = match &description.default {
        Some(ParamValue::Text(text)) => text.clone(),
        _ => String::new(),
    };
    match description.string_mode {
        // A path that the plugin has for a default may be one of its own.
        Some(StringMode::FilePath) if default.is_empty() => {
            Kind::File { writes: !description.file_must_exist, extensions: Vec::new() }
        }
        _ => Kind::Text { default: default.into() },
    }
}

impl Binding {
    /// What the plugin calls it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The node's parameters.
    pub(crate) fn decls(&self) -> &[ParamDecl] {
        &self.decls
    }

    /// Whether it is the path of a file that the plugin reads.
    pub(crate) fn is_read(&self) -> bool {
        matches!(self.decls[0].kind, Kind::File { writes: false, .. })
    }

    /// The value for the plugin in a picture of that width and height; none where the node has the plugin's default, which
    /// may be more exact than what the node can say.
    fn value(&self, params: &Params, size: [f64; 2], place: &dyn Fn(&str) -> String) -> Option<ParamValue> {
        let is_default = |decl: &ParamDecl| match &decl.kind {
            Kind::Float { default, .. } => params.float(&decl.id) == *default,
            Kind::Int { default, .. } => params.int(&decl.id) == *default,
            Kind::Bool { default } => params.bool(&decl.id) == *default,
            Kind::Choice { default, .. } | Kind::Text { default } => params.text(&decl.id) == default,
            _ => params.text(&decl.id).is_empty(),
        };
        if self.decls.iter().all(is_default) {
            return None;
        }
        let first = &self.decls[0];
        Some(match &first.kind {
            Kind::Float { .. } => {
                let scale = |at: usize| self.axes.get(at).map_or(1.0, |&axis| size[axis]);
                let numbers = self.decls.iter().enumerate().map(|(at, decl)| params.float(&decl.id) * scale(at));
                ParamValue::Doubles(numbers.collect())
            }
            Kind::Int { .. } => {
                let whole = |decl: &ParamDecl| i32::try_from(params.int(&decl.id)).unwrap_or_default();
                ParamValue::Integers(self.decls.iter().map(whole).collect())
            }
            Kind::Bool { .. } => params.bool(&first.id).into(),
            Kind::Choice { options, .. } => {
                let chosen = options.iter().position(|option| option.id == params.text(&first.id));
                self.options[chosen.unwrap_or_default()].clone()
            }
            Kind::File { .. } => place(params.text(&first.id)).into(),
            _ => params.text(&first.id).into(),
        })
    }
}

/// The values of a plugin's parameters that differ from its defaults; `place` says where a path leads.
pub(crate) fn values(
    bindings: &[Binding],
    params: &Params,
    size: [f64; 2],
    place: &dyn Fn(&str) -> String,
) -> SavedParams {
    let value = |binding: &Binding| {
        let content = Content::Value(binding.value(params, size, place)?);
        Some((binding.name.clone(), SavedParam { kind: binding.kind, content }))
    };
    SavedParams(bindings.iter().filter_map(value).collect::<BTreeMap<_, _>>())
}

#[cfg(test)]
mod tests;
