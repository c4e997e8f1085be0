//! What the controls of a parameter do to the document, at the frame that is shown.

use dragfx_graph::curve::{Curve, Interpolation, Key};
use dragfx_graph::declare::ParamDecl;
use dragfx_graph::document::{Edit, Node, ParamPath};
use dragfx_graph::param::{Param, ParamValue};

/// A parameter of a node at a frame.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) node: &'a Node,
    pub(crate) decl: &'a ParamDecl,
    pub(crate) frame: i64,
}

/// Keyframes of a parameter, seen from a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyed {
    /// It has none.
    No,
    /// It has some, at other frames.
    Elsewhere,
    /// It has one here.
    Here,
}

impl<'a> Setting<'a> {
    /// The value here.
    pub(crate) fn value(self) -> ParamValue {
        let set = self.node.params.get(&*self.decl.id);
        set.map_or_else(|| self.decl.default_value(), |param| param.at(self.frame as f64))
    }

    /// Whether it is anything else than its default.
    pub(crate) fn is_changed(self) -> bool {
        let set = self.node.params.get(&*self.decl.id);
        set.is_some_and(|param| *param != Param::Constant(self.decl.default_value()))
    }

    /// Its keyframes.
    pub(crate) fn curve(self) -> Option<&'a Curve> {
        self.node.curve(&ParamPath::whole(&self.decl.id))
    }

    /// Whether it has keyframes, and one here.
    pub(crate) fn keyed(self) -> Keyed {
        match self.curve() {
            None => Keyed::No,
            Some(curve) if curve.keys().iter().any(|key| key.frame == self.frame as f64) => Keyed::Here,
            Some(_) => Keyed::Elsewhere,
        }
    }

    /// What steps of the history call it: `Seed of latent1`.
    pub(crate) fn name(self) -> String {
        format!("{} of {}", self.decl.label, self.node.name)
    }

    /// How the command line and presets call it: `latent1.seed`.
    pub(crate) fn address(self) -> String {
        format!("{}.{}", self.node.name, self.decl.id)
    }

    /// Sets the value; of what has keyframes, the keyframe here.
    pub(crate) fn set(self, value: ParamValue) -> Result<Edit, String> {
        value.check(self.decl).map_err(|error| error.to_string())?;
        match self.curve() {
            Some(curve) => self.with_key(Some(curve), value),
            None => Ok(self.edit(Some(Param::Constant(value)))),
        }
    }

    /// Gives it its default back.
    pub(crate) fn reset(self) -> Edit {
        self.edit(None)
    }

    /// Sets a keyframe with the value that it has here, or deletes the one that is here. The last keyframe leaves its value.
    pub(crate) fn toggle_key(self) -> Result<Edit, String> {
        match (self.keyed(), self.curve()) {
            (Keyed::Here, Some(curve)) if curve.keys().len() == 1 => Ok(self.freeze()),
            (Keyed::Here, _) => {
                let edit = self.node.without_keyframe(&ParamPath::whole(&self.decl.id), self.frame as f64);
                edit.map_err(|error| error.to_string())
            }
            (_, curve) => self.with_key(curve, self.value()),
        }
    }

    /// Deletes all keyframes; the value here stays.
    pub(crate) fn freeze(self) -> Edit {
        self.edit(Some(Param::Constant(self.value())))
    }

    fn with_key(self, curve: Option<&Curve>, value: ParamValue) -> Result<Edit, String> {
        let frame = self.frame as f64;
        // A new key goes on as the one before it.
        let before = curve.and_then(|curve| curve.keys().iter().rev().find(|key| key.frame <= frame));
        let usual = if value.interpolates() { Interpolation::Linear } else { Interpolation::Hold };
        let interpolation = before.map_or(usual, |key| key.interpolation);
        let key = Key { frame, value, interpolation };
        let curve = match curve {
            Some(curve) => curve.with_key(key),
            None => Curve::new(vec![key]),
        };
        Ok(self.edit(Some(Param::Animated(curve.map_err(|error| error.to_string())?))))
    }

    fn edit(self, value: Option<Param>) -> Edit {
        Edit::SetParam { node: self.node.id, param: self.decl.id.to_string(), value }
    }
}

#[cfg(test)]
mod tests {
    use dragfx_graph::document::Document;
    use dragfx_graph::registry::Registry;

    use super::*;

    /// A change of a parameter.
    type Change<'a> = &'a dyn Fn(Setting<'_>) -> Result<Edit, String>;

    /// The parameter `psi` of a latent after some changes at frames.
    fn changed(changes: &[(i64, Change<'_>)]) -> (Document, dragfx_graph::document::NodeId) {
        let mut document = Document::default();
        let node = document.new_node(Registry::standard().get("latent").expect("a latent").clone());
        let id = node.id;
        document.apply(Edit::Insert(Box::new(node))).expect("it goes in");
        for (frame, change) in changes {
            let edit = change(psi(&document, id, *frame)).expect("a change");
            document.apply(edit).expect("it is made");
        }
        (document, id)
    }

    fn psi(document: &Document, id: dragfx_graph::document::NodeId, frame: i64) -> Setting<'_> {
        let node = document.node(id).expect("the latent");
        let decl = node.decl().and_then(|decl| decl.find_param("psi")).expect("psi");
        Setting { node, decl, frame }
    }

    #[test]
    fn values_of_what_has_keyframes_become_keyframes() {
        let set = |value: f64| move |setting: Setting<'_>| setting.set(ParamValue::Float(value));
        let toggle = |setting: Setting<'_>| setting.toggle_key();
        let (document, id) = changed(&[(1, &set(0.5)), (1, &toggle), (11, &set(1.5))]);
        let at = |frame| psi(&document, id, frame);
        assert_eq!([1, 6, 11].map(|frame| at(frame).value()), [0.5, 1.0, 1.5].map(ParamValue::Float));
        assert_eq!([1, 6].map(|frame| at(frame).keyed()), [Keyed::Here, Keyed::Elsewhere]);
        assert!(at(1).set(ParamValue::Float(11.0)).is_err());
    }

    #[test]
    fn the_last_keyframe_leaves_its_value() {
        let set = |setting: Setting<'_>| setting.set(ParamValue::Float(0.5));
        let toggle = |setting: Setting<'_>| setting.toggle_key();
        let (document, id) = changed(&[(1, &set), (3, &toggle), (3, &toggle)]);
        let setting = psi(&document, id, 3);
        assert_eq!((setting.keyed(), setting.value()), (Keyed::No, ParamValue::Float(0.5)));
        assert!(setting.is_changed());
        let mut document = document.clone();
        document.apply(psi(&document, id, 3).reset()).expect("it is reset");
        assert!(!psi(&document, id, 3).is_changed());
    }
}
