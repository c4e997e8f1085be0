//! What a node is, said once: ports, parameters with range, unit and documentation.
//!
//! The editor's inspector, the plugin's parameters, `dragfx nodes`, the JSON Schema and the page of nodes are all made of
//! these declarations. Ids stand in presets: they never change, and are never used for anything else.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use serde::Serialize;

use crate::value::PortType;

/// A text of a declaration: fixed for our nodes, made at run time for those of plugins.
pub type Text = Cow<'static, str>;

/// A kind of node.
#[derive(Clone, Debug, Serialize)]
pub struct NodeDecl {
    /// What presets call it: small letters, digits and `-`.
    pub id: Text,
    /// Raised when a change gives other results for the same parameters, or changes the parameters.
    pub version: u32,
    /// What people call it.
    pub title: Text,
    /// Where it stands in menus.
    pub category: Category,
    /// What it does, in a few sentences; the first is a summary.
    pub doc: Text,
    /// What it takes.
    pub inputs: Vec<InputDecl>,
    /// What it gives.
    pub outputs: Vec<OutputDecl>,
    /// What can be set.
    pub params: Vec<ParamDecl>,
}

/// Where a node stands in menus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Latents.
    Latent,
    /// Dragging and tracking.
    Drag,
    /// Pictures and masks.
    Picture,
    /// Files.
    File,
    /// Effects of plugins.
    Plugin,
}

/// Something a node takes.
#[derive(Clone, Debug, Serialize)]
pub struct InputDecl {
    /// What presets call it.
    pub id: Text,
    /// What it takes.
    #[serde(rename = "type")]
    pub port_type: PortType,
    /// How many wires.
    pub arity: Arity,
    /// What it is for.
    pub doc: Text,
}

/// How many wires an input takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Arity {
    /// Exactly one; without it the node cannot be computed.
    Required,
    /// One or none.
    Optional,
    /// Any number, in an order.
    Many,
}

/// Something a node gives.
#[derive(Clone, Debug, Serialize)]
pub struct OutputDecl {
    /// What presets call it.
    pub id: Text,
    /// What it gives.
    #[serde(rename = "type")]
    pub port_type: PortType,
    /// What it is.
    pub doc: Text,
}

/// Something that can be set.
#[derive(Clone, Debug, Serialize)]
pub struct ParamDecl {
    /// What presets call it.
    pub id: Text,
    /// What people call it.
    pub label: Text,
    /// What it does.
    pub doc: Text,
    /// Its values.
    #[serde(flatten)]
    pub kind: Kind,
    /// Of a number; empty for a plain one.
    pub unit: Text,
    /// Whether it can have keyframes.
    pub animates: bool,
}

/// The values of a parameter.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Kind {
    /// A number.
    Float {
        /// Where it is not set.
        default: f64,
        /// The least.
        min: f64,
        /// The most.
        max: f64,
        /// Least and most of a slider, where the range itself is too wide for one.
        slider: (f64, f64),
    },
    /// A whole number.
    Int {
        /// Where it is not set.
        default: i64,
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// Yes or no.
    Bool {
        /// Where it is not set.
        default: bool,
    },
    /// One of several.
    Choice {
        /// Where it is not set.
        default: Text,
        /// What there is to choose.
        options: Vec<ChoiceDecl>,
    },
    /// Any text.
    Text {
        /// Where it is not set.
        default: Text,
    },
    /// The path of a file, relative to the preset's folder; empty for none.
    File {
        /// Whether the node writes it.
        writes: bool,
        /// File name endings, without the dot.
        extensions: Vec<Text>,
    },
    /// The name of one of the preset's models; empty for the only one.
    Model,
    /// Pairs of handle and target, image pixels.
    Points,
    /// Shapes of a mask.
    Shapes,
}

/// One of several.
#[derive(Clone, Debug, Serialize)]
pub struct ChoiceDecl {
    /// What presets call it.
    pub id: Text,
    /// What it means.
    pub doc: Text,
}

impl Kind {
    /// What such a value is called in messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Float { .. } => "number",
            Self::Int { .. } => "whole number",
            Self::Bool { .. } => "true or false",
            Self::Choice { .. } => "choice",
            Self::Text { .. } => "text",
            Self::File { .. } => "path",
            Self::Model => "name of a model",
            Self::Points => "list of points",
            Self::Shapes => "list of shapes",
        }
    }
}

impl NodeDecl {
    /// A node without ports and parameters.
    pub fn new(id: &'static str, version: u32, title: &'static str, category: Category, doc: &'static str) -> Self {
        Self {
            id: id.into(),
            version,
            title: title.into(),
            category,
            doc: doc.into(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            params: Vec::new(),
        }
    }

    /// Adds an input.
    #[must_use]
    pub fn input(mut self, id: &'static str, port_type: PortType, arity: Arity, doc: &'static str) -> Self {
        self.inputs.push(InputDecl { id: id.into(), port_type, arity, doc: doc.into() });
        self
    }

    /// Adds an output.
    #[must_use]
    pub fn output(mut self, id: &'static str, port_type: PortType, doc: &'static str) -> Self {
        self.outputs.push(OutputDecl { id: id.into(), port_type, doc: doc.into() });
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn param(mut self, param: ParamDecl) -> Self {
        self.params.push(param);
        self
    }

    /// Adds several parameters.
    #[must_use]
    pub fn params(mut self, params: impl IntoIterator<Item = ParamDecl>) -> Self {
        self.params.extend(params);
        self
    }

    /// The input of that id.
    #[must_use]
    pub fn find_input(&self, id: &str) -> Option<&InputDecl> {
        self.inputs.iter().find(|input| input.id == id)
    }

    /// The output of that id.
    #[must_use]
    pub fn find_output(&self, id: &str) -> Option<&OutputDecl> {
        self.outputs.iter().find(|output| output.id == id)
    }

    /// The parameter of that id.
    #[must_use]
    pub fn find_param(&self, id: &str) -> Option<&ParamDecl> {
        self.params.iter().find(|param| param.id == id)
    }

    /// The first sentence of the documentation.
    #[must_use]
    pub fn summary(&self) -> &str {
        // A dot before a small letter or a digit, as in `et al. 2023`, ends no sentence.
        let begins = |&(at, _): &(usize, &str)| self.doc[at + 2..].starts_with(char::is_uppercase);
        let end = self.doc.match_indices(". ").find(begins).map_or(self.doc.len(), |(at, _)| at);
        self.doc[..end].trim_end_matches('.')
    }
}

impl ParamDecl {
    fn new(id: &'static str, label: &'static str, kind: Kind, doc: &'static str) -> Self {
        let unit = "".into();
        Self { id: id.into(), label: label.into(), doc: doc.into(), kind, unit, animates: false }
    }

    /// A number.
    #[must_use]
    pub fn float(
        id: &'static str,
        label: &'static str,
        default: f64,
        range: RangeInclusive<f64>,
        doc: &'static str,
    ) -> Self {
        let (min, max) = range.into_inner();
        Self::new(id, label, Kind::Float { default, min, max, slider: (min, max) }, doc)
    }

    /// A whole number.
    #[must_use]
    pub fn int(
        id: &'static str,
        label: &'static str,
        default: i64,
        range: RangeInclusive<i64>,
        doc: &'static str,
    ) -> Self {
        let (min, max) = range.into_inner();
        Self::new(id, label, Kind::Int { default, min, max }, doc)
    }

    /// Yes or no.
    #[must_use]
    pub fn bool(id: &'static str, label: &'static str, default: bool, doc: &'static str) -> Self {
        Self::new(id, label, Kind::Bool { default }, doc)
    }

    /// One of several, each with what it means; the first is the default.
    #[must_use]
    pub fn choice(
        id: &'static str,
        label: &'static str,
        options: &[(&'static str, &'static str)],
        doc: &'static str,
    ) -> Self {
        let default = options.first().map_or("", |option| option.0).into();
        let options = options.iter().map(|&(id, doc)| ChoiceDecl { id: id.into(), doc: doc.into() }).collect();
        Self::new(id, label, Kind::Choice { default, options }, doc)
    }

    /// Any text.
    #[must_use]
    pub fn text(id: &'static str, label: &'static str, default: &'static str, doc: &'static str) -> Self {
        Self::new(id, label, Kind::Text { default: default.into() }, doc)
    }

    /// The path of a file that the node reads.
    #[must_use]
    pub fn reads(id: &'static str, label: &'static str, extensions: &[&'static str], doc: &'static str) -> Self {
        let extensions = extensions.iter().map(|&extension| extension.into()).collect();
        Self::new(id, label, Kind::File { writes: false, extensions }, doc)
    }

    /// The path of a file that the node writes.
    #[must_use]
    pub fn writes(id: &'static str, label: &'static str, extensions: &[&'static str], doc: &'static str) -> Self {
        let extensions = extensions.iter().map(|&extension| extension.into()).collect();
        Self::new(id, label, Kind::File { writes: true, extensions }, doc)
    }

    /// The name of one of the preset's models.
    #[must_use]
    pub fn model(id: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self::new(id, label, Kind::Model, doc)
    }

    /// Pairs of handle and target.
    #[must_use]
    pub fn points(id: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self::new(id, label, Kind::Points, doc)
    }

    /// Shapes of a mask.
    #[must_use]
    pub fn shapes(id: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self::new(id, label, Kind::Shapes, doc)
    }

    /// With a unit.
    #[must_use]
    pub fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit.into();
        self
    }

    /// With a slider that shows a part of the range.
    #[must_use]
    pub fn slider(mut self, from: f64, to: f64) -> Self {
        if let Kind::Float { slider, .. } = &mut self.kind {
            *slider = (from, to);
        }
        self
    }

    /// Can have keyframes.
    #[must_use]
    pub fn animates(mut self) -> Self {
        self.animates = true;
        self
    }

    /// The value where it is not set.
    #[must_use]
    pub fn default_value(&self) -> crate::param::ParamValue {
        use crate::param::ParamValue;
        match &self.kind {
            Kind::Float { default, .. } => ParamValue::Float(*default),
            Kind::Int { default, .. } => ParamValue::Int(*default),
            Kind::Bool { default } => ParamValue::Bool(*default),
            Kind::Choice { default, .. } | Kind::Text { default } => ParamValue::Text(default.to_string()),
            Kind::File { .. } | Kind::Model => ParamValue::Text(String::new()),
            Kind::Points => ParamValue::Points(Vec::new()),
            Kind::Shapes => ParamValue::Shapes(Vec::new()),
        }
    }
}
