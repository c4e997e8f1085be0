//! Parameters there and back.

use std::sync::Arc;

use dragfx_graph::declare::{Category, NodeDecl};
use dragfx_graph::document::{Node, NodeId, NodeKind};
use dragfx_graph::error::NodeError;
use dragfx_graph::operator::{Job, Operator};
use dragfx_graph::param::{Param, ParamValue as NodeValue};
use dragfx_graph::value::Value;
use ofx_host::param::{Interpolation, Invalidates, ParamOption};

use super::*;

/// A kind of node with those parameters.
struct Declared(NodeDecl);

impl Operator for Declared {
    fn decl(&self) -> &NodeDecl {
        &self.0
    }

    fn evaluate(&self, _output: &str, _job: &Job<'_>) -> Result<Value, NodeError> {
        Err(NodeError::Unavailable("it is only declared"))
    }
}

fn param(name: &str, kind: ParamKind, change: impl FnOnce(&mut ParamDescription)) -> ParamDescription {
    let text = name.to_owned();
    let mut description = ParamDescription {
        name: text.clone(),
        kind,
        label: text.clone(),
        short_label: text.clone(),
        long_label: text.clone(),
        hint: String::new(),
        script_name: text,
        parent: None,
        icons: Vec::new(),
        secret: false,
        enabled: true,
        animates: true,
        persistent: true,
        evaluate_on_change: true,
        can_undo: true,
        invalidates: Invalidates::Change,
        default: None,
        minimum: Vec::new(),
        maximum: Vec::new(),
        display_minimum: Vec::new(),
        display_maximum: Vec::new(),
        increment: None,
        digits: None,
        dimension_labels: Vec::new(),
        measures: None,
        normalised_default: false,
        interpolation: Interpolation::Linear,
        options: Vec::new(),
        string_mode: None,
        file_must_exist: true,
        children: Vec::new(),
        open: true,
        parametric_range: [0.0, 1.0],
        curve_colours: Vec::new(),
        curves: Vec::new(),
        has_interpolation: false,
        has_interact: false,
        wants_host_handle: false,
        shows_time_marker: false,
    };
    change(&mut description);
    description
}

fn options(options: &[(&str, &str, i32)]) -> Vec<ParamOption> {
    let option = |&(label, value, order): &(&str, &str, i32)| ParamOption {
        label: label.to_owned(),
        value: value.to_owned(),
        order,
    };
    options.iter().map(option).collect()
}

/// What the plugin gets for a node with these settings, in a picture of 200 by 100 pixels.
fn values_of(bindings: &[Binding], settings: &[(&str, NodeValue)]) -> BTreeMap<String, ParamValue> {
    let decl = NodeDecl::new("test", 1, "Test", Category::Plugin, "A test.");
    let decl = decl.params(bindings.iter().flat_map(|binding| binding.decls().iter().cloned()));
    let mut node = Node::new(NodeId(1), "test".to_owned(), NodeKind::Known(Arc::new(Declared(decl))));
    for (id, value) in settings {
        value.check(node.decl().unwrap().find_param(id).unwrap()).unwrap();
        node.params.insert((*id).to_owned(), Param::Constant(value.clone()));
    }
    let place = |path: &str| format!("/presets/{path}");
    let saved = values(bindings, &node.params_at(0.0), [200.0, 100.0], &place);
    let value = |(name, saved): (String, SavedParam)| match saved.content {
        Content::Value(value) => (name, value),
        keys => panic!("{keys:?}"),
    };
    saved.0.into_iter().map(value).collect()
}

#[test]
fn what_is_set_reaches_the_plugin_and_nothing_else() {
    use ParamKind as P;
    let descriptions = [
        param("mixFactor", P::Double, |it| it.default = Some(1.0.into())),
        param("center", P::Double2D, |it| {
            it.default = Some([0.5, 0.5].into());
            it.normalised_default = true;
            it.measures = Some(Measures::XYAbsolute);
        }),
        param("offset", P::Double, |it| {
            it.default = Some(0.0.into());
            it.normalised_default = true;
            it.measures = Some(Measures::X);
        }),
        param("tint", P::Rgb, |it| it.default = Some([1.0, 0.5, 0.0].into())),
        param("count", P::Integer, |_| {}),
        param("on", P::Boolean, |it| it.default = Some(true.into())),
        param("filter", P::Choice, |it| {
            it.options = options(&[("Cubic", "Cubic", 2), ("Box", "Box", 1), ("Box", "Box", 3)]);
            it.default = Some(1.into());
        }),
        param("space", P::StrChoice, |it| it.options = options(&[("Linear", "lin", 0), ("sRGB", "srgb", 0)])),
        param("name", P::String, |_| {}),
        param("lut", P::String, |it| it.string_mode = Some(StringMode::FilePath)),
    ];
    let (bindings, left_out) = bind(&descriptions, &mut Ids::default());
    assert_eq!(left_out, [""; 0]);
    assert!(values_of(&bindings, &[]).is_empty(), "defaults are the plugin's own");
    let float = NodeValue::Float;
    let text = |text: &str| NodeValue::Text(text.to_owned());
    let rows: [(&str, NodeValue, &str, ParamValue); 13] = [
        ("mix_factor", float(0.25), "mixFactor", 0.25.into()),
        // Parts of the picture's size become canonical coordinates.
        ("center_x", float(0.25), "center", [50.0, 50.0].into()),
        ("center_y", float(1.0), "center", [100.0, 100.0].into()),
        // Nothing is nothing of every size, so that pixels can be meant.
        ("offset", float(3.0), "offset", 3.0.into()),
        ("tint_g", float(0.25), "tint", [1.0, 0.25, 0.0].into()),
        ("count", NodeValue::Int(-3), "count", (-3).into()),
        ("on", NodeValue::Bool(false), "on", false.into()),
        ("filter", text("Cubic"), "filter", 0.into()),
        // Two options of one name are told apart by their places.
        ("filter", text("Box 3"), "filter", 2.into()),
        ("space", text("srgb"), "space", "srgb".into()),
        ("name", text("a.b"), "name", "a.b".into()),
        ("lut", text("a.cube"), "lut", "/presets/a.cube".into()),
        ("lut", text("../a.cube"), "lut", "/presets/../a.cube".into()),
    ];
    let wrong: Vec<_> = rows
        .iter()
        .map(|(id, set, name, value)| (id, values_of(&bindings, &[(id, set.clone())]), name, value))
        .filter(|(_, found, name, value)| *found != BTreeMap::from([((**name).to_owned(), (*value).clone())]))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_a_node_cannot_show_is_named_unless_nobody_sees_it() {
    use ParamKind as P;
    let descriptions = [
        param("group", P::Group, |_| {}),
        param("page", P::Page, |_| {}),
        param("Analyse", P::PushButton, |_| {}),
        param("Curve", P::Parametric, |_| {}),
        param("state", P::Custom, |it| it.secret = true),
        param("about", P::String, |it| it.string_mode = Some(StringMode::Label)),
        param("Empty", P::Choice, |_| {}),
        param("hidden", P::Double, |it| it.secret = true),
    ];
    let (bindings, left_out) = bind(&descriptions, &mut Ids::default());
    assert_eq!((bindings.len(), left_out), (0, ["Analyse", "Curve", "Empty"].map(str::to_owned).to_vec()));
}

#[test]
fn ranges_have_ends_and_hold_the_default() {
    let double = |default: f64, least: f64, most: f64, shown: (f64, f64)| {
        param("a", ParamKind::Double, |it| {
            it.default = Some(default.into());
            (it.minimum, it.maximum) = (vec![least], vec![most]);
            (it.display_minimum, it.display_maximum) = (vec![shown.0], vec![shown.1]);
        })
    };
    let all = (-MOST, MOST);
    let rows = [
        (double(1.0, 0.0, 10.0, (0.0, 2.0)), 1.0, (0.0, 10.0), (0.0, 2.0)),
        (double(1.0, f64::MIN, f64::INFINITY, (f64::MIN, f64::MAX)), 1.0, all, all),
        (double(12.0, 0.0, 10.0, (-5.0, 5.0)), 12.0, (0.0, 12.0), (0.0, 5.0)),
        (double(0.5, 1.0, -1.0, (0.0, 0.0)), 0.5, all, all),
        (double(f64::NAN, 0.0, 1.0, (0.0, 1.0)), 0.0, (0.0, 1.0), (0.0, 1.0)),
    ];
    let found = |description| match number(description, 0, &[]) {
        Kind::Float { default, min, max, slider } => (default, (min, max), slider),
        other => panic!("{other:?}"),
    };
    let wrong: Vec<_> = rows
        .iter()
        .map(|(description, default, range, slider)| (found(description), (*default, *range, *slider)))
        .filter(|(found, expected)| found != expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
