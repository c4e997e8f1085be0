//! Parameters of nodes as parameters of effects: what a node declares of them is said once, by the node.

use std::sync::OnceLock;

use dragfx_graph::declare::{self, ParamDecl};
use dragfx_graph::param::ParamValue;
use dragfx_graph::registry::Registry;

use crate::ffi::Result;
use crate::ffi::param::Param;
use crate::params::{Kind, Spec};

/// The nodes of the graph.
#[must_use]
pub fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(Registry::standard)
}

/// A node's parameter as an effect's, called `name` there; `None` for what no host has: lists, and a preset's models.
#[must_use]
pub fn spec(name: &str, decl: &ParamDecl) -> Option<Spec> {
    let mut hint = decl.doc.to_string();
    if !decl.unit.is_empty() {
        hint = format!("{hint} In {}.", decl.unit);
    }
    if let declare::Kind::Choice { options, .. } = &decl.kind {
        for option in options {
            hint = format!("{hint}\n{}: {}", option.id, option.doc);
        }
    }
    let spec = Spec::new(name, &*decl.label, kind(&decl.kind)?, hint);
    Some(if decl.animates { spec.animates() } else { spec })
}

fn kind(kind: &declare::Kind) -> Option<Kind> {
    Some(match kind {
        declare::Kind::Float { default, min, max, slider } => {
            Kind::Double { default: *default, range: [*min, *max], slider: [slider.0, slider.1] }
        }
        declare::Kind::Int { default, min, max } => Kind::Int { default: int(*default), range: [int(*min), int(*max)] },
        declare::Kind::Bool { default } => Kind::Bool { default: *default },
        declare::Kind::Choice { default, options } => Kind::Choice {
            default: options.iter().position(|option| option.id == *default).unwrap_or(0),
            options: options.iter().map(|option| option.id.to_string()).collect(),
        },
        declare::Kind::Text { default } => Kind::Text { default: default.to_string() },
        declare::Kind::File { .. } => Kind::File,
        declare::Kind::Model | declare::Kind::Points | declare::Kind::Shapes => return None,
    })
}

/// Hosts' whole numbers have 32 bits; seeds and such have more, and are cut.
fn int(value: i64) -> i32 {
    value.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// What a host's parameter says, as the node takes it: within its range, whatever the host lets through.
///
/// # Errors
/// The host does not tell.
pub fn value(param: &Param<'_>, decl: &ParamDecl, time: f64) -> Result<ParamValue> {
    Ok(match &decl.kind {
        declare::Kind::Float { default, min, max, .. } => {
            let value = param.double(time)?;
            ParamValue::Float(if value.is_nan() { *default } else { value.clamp(*min, *max) })
        }
        declare::Kind::Int { min, max, .. } => ParamValue::Int(i64::from(param.int(time)?).clamp(*min, *max)),
        declare::Kind::Bool { .. } => ParamValue::Bool(param.int(time)? != 0),
        declare::Kind::Choice { default, options } => {
            let place = usize::try_from(param.int(time)?).ok();
            let chosen = place.and_then(|place| options.get(place)).map_or(default, |option| &option.id);
            ParamValue::Text(chosen.to_string())
        }
        declare::Kind::Text { .. } | declare::Kind::File { .. } | declare::Kind::Model => {
            ParamValue::Text(param.text(time)?)
        }
        // No host has such a parameter; see `spec`.
        declare::Kind::Points | declare::Kind::Shapes => decl.default_value(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_of_every_node_that_hosts_can_have_says_what_the_node_says() {
        for operator in registry().iter() {
            for decl in &operator.decl().params {
                let place = format!("{}.{}", operator.decl().id, decl.id);
                let Some(spec) = spec("name", decl) else {
                    let lists = [declare::Kind::Points, declare::Kind::Shapes, declare::Kind::Model];
                    let same = |kind: &declare::Kind| kind.name() == decl.kind.name();
                    assert!(lists.iter().any(same), "{place}");
                    continue;
                };
                assert!(spec.hint.starts_with(&*decl.doc), "{place}");
                assert_eq!((spec.animates, &*spec.label), (decl.animates, &*decl.label), "{place}");
                match (&spec.kind, decl.default_value()) {
                    (Kind::Double { default, range, slider }, ParamValue::Float(value)) => {
                        assert_eq!(*default, value, "{place}");
                        assert!(range[0] <= slider[0] && slider[0] < slider[1] && slider[1] <= range[1], "{place}");
                    }
                    (Kind::Int { default, range }, ParamValue::Int(value)) => {
                        assert_eq!(i64::from(*default), value, "{place}");
                        assert!(range[0] <= *default && *default <= range[1], "{place}");
                    }
                    (Kind::Bool { default }, ParamValue::Bool(value)) => assert_eq!(*default, value, "{place}"),
                    (Kind::Choice { default, options }, ParamValue::Text(value)) => {
                        assert_eq!(options[*default], value, "{place}");
                    }
                    (Kind::Text { default }, ParamValue::Text(value)) => assert_eq!(*default, value, "{place}"),
                    (Kind::File, ParamValue::Text(value)) => assert_eq!(value, "", "{place}"),
                    (kind, value) => panic!("{place}: {kind:?} for {value:?}"),
                }
            }
        }
    }
}
