//! Setting parameters by their address: `latent1.seed`, `points1.points.2.target`, or a published name.

use super::edit::{Edit, EditError};
use super::path::ParamPath;
use super::{Document, Node, NodeKind};
use crate::curve::{Curve, Interpolation, Key};
use crate::declare::ParamDecl;
use crate::param::{Param, ParamError, ParamValue};
use crate::summary::listed;

impl Document {
    /// The node and the parameter that an address leads to: `NODE.PARAMETER`, or the name of a published parameter.
    ///
    /// # Errors
    /// No such node, parameter or published name; a placeholder.
    pub fn find_param(&self, address: &str) -> Result<(&Node, ParamPath), EditError> {
        let (node, path) = match address.split_once('.') {
            Some((node, path)) => (self.named(node)?, path.parse().map_err(EditError::Invalid)?),
            None => self.find_published(address)?,
        };
        super::edit::declared(node, &path.param)?;
        Ok((node, path))
    }

    fn find_published(&self, name: &str) -> Result<(&Node, ParamPath), EditError> {
        let found = self.published().iter().find(|published| published.name == name);
        let node = found.and_then(|published| Some((self.node(published.node)?, published.path.clone())));
        node.ok_or_else(|| {
            let known: Vec<_> = self.published().iter().map(|published| &*published.name).collect();
            let known = listed(&known);
            EditError::Invalid(format!(
                "`{name}` is neither NODE.PARAMETER nor a published parameter; there are {known}"
            ))
        })
    }

    /// The edit that sets what an address leads to, at all frames, to what a person typed; see [`ParamPath::with_text`].
    ///
    /// # Errors
    /// As [`find_param`](Self::find_param); another kind of value, or one out of range.
    pub fn setting(&self, address: &str, text: &str) -> Result<Edit, EditError> {
        let (node, path) = self.find_param(address)?;
        node.setting(&path, text)
    }

    /// The address of the seed of pictures: the published parameter `seed`, else the only parameter `seed` of a node.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn seed_address(&self) -> Result<String, EditError> {
        if self.published().iter().any(|published| published.name == "seed") {
            return Ok("seed".to_owned());
        }
        let known = self.nodes().filter(|node| matches!(node.kind, NodeKind::Known(_)));
        let seeded = known.filter(|node| node.decl().is_some_and(|decl| decl.find_param("seed").is_some()));
        let addresses: Vec<String> = seeded.map(|node| format!("{}.seed", node.name)).collect();
        match addresses.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(EditError::Invalid("no node has a seed".to_owned())),
            several => {
                let message =
                    format!("there is more than one seed ({}); publish one of them as `seed`", several.join(", "));
                Err(EditError::Invalid(message))
            }
        }
    }
}

/// Most frames that a message lists.
const MOST_LISTED: usize = 20;

impl Node {
    /// The edit that sets a parameter, or a part of a point, at all frames to what a person typed; see
    /// [`ParamPath::with_text`]. Keyframes of a whole parameter give way.
    ///
    /// # Errors
    /// A placeholder, no such parameter, another kind of value, one out of range, or a part of a list with keyframes.
    pub fn setting(&self, path: &ParamPath, text: &str) -> Result<Edit, EditError> {
        if path.item.is_some() && self.curve(path).is_some() {
            return Err(self.refused(path, "it has keyframes: set one of them, or the whole list"));
        }
        let (_, value) = self.typed(path, 0.0, text)?;
        Ok(self.edit(path, Some(Param::Constant(value))))
    }

    /// The edit that sets a keyframe of a parameter to what a person typed, and leaves the others. Without an
    /// interpolation the way to the next key stays as it was; that of a new key is the usual one for the kind of value.
    ///
    /// # Errors
    /// As [`setting`](Self::setting); a parameter, a frame or an interpolation that cannot be.
    pub fn keyframe(
        &self,
        path: &ParamPath,
        frame: f64,
        text: &str,
        interpolation: Option<Interpolation>,
    ) -> Result<Edit, EditError> {
        let (decl, value) = self.typed(path, frame, text)?;
        if !decl.animates {
            return Err(self.refused(path, "it cannot be animated"));
        }
        let old = self.curve(path);
        let there = old.and_then(|curve| curve.keys().iter().find(|key| key.frame == frame));
        let usual = if value.interpolates() { Interpolation::Linear } else { Interpolation::Hold };
        let interpolation = interpolation.or(there.map(|key| key.interpolation)).unwrap_or(usual);
        let key = Key { frame, value, interpolation };
        let curve = match old {
            Some(curve) => curve.with_key(key),
            None => Curve::new(vec![key]),
        };
        let curve = curve.map_err(|error| self.refused(path, &error.to_string()))?;
        Ok(self.edit(path, Some(Param::Animated(curve))))
    }

    /// The edit that takes a keyframe of a parameter away; with the last one the parameter gets its default back.
    ///
    /// # Errors
    /// A placeholder, no such parameter, or no keyframe at that frame.
    pub fn without_keyframe(&self, path: &ParamPath, frame: f64) -> Result<Edit, EditError> {
        super::edit::declared(self, &path.param)?;
        let keys = self.curve(path).map_or(&[][..], Curve::keys);
        let kept: Vec<Key> = keys.iter().filter(|key| key.frame != frame).cloned().collect();
        if kept.len() == keys.len() {
            let mut frames: Vec<_> = keys.iter().take(MOST_LISTED).map(|key| key.frame.to_string()).collect();
            if keys.len() > MOST_LISTED {
                frames.push(format!("{} more", keys.len() - MOST_LISTED));
            }
            let reason = format!("it has no keyframe at {frame}; there are {}", listed(&frames));
            return Err(self.refused(path, &reason));
        }
        // Keys that were a curve are one without some of them, unless none is left.
        Ok(self.edit(path, Curve::new(kept).ok().map(Param::Animated)))
    }

    /// The keyframes of a parameter, if it has any.
    #[must_use]
    pub fn curve(&self, path: &ParamPath) -> Option<&Curve> {
        match self.params.get(&path.param)? {
            Param::Animated(curve) => Some(curve),
            Param::Constant(_) => None,
        }
    }

    /// The value of a parameter at `frame`, after a person typed something for that part of it.
    fn typed(&self, path: &ParamPath, frame: f64, text: &str) -> Result<(&ParamDecl, ParamValue), EditError> {
        let decl = super::edit::declared(self, &path.param)?;
        let old = self.params.get(&path.param).map_or_else(|| decl.default_value(), |param| param.at(frame));
        let value = path.with_text(decl, &old, text).map_err(|ParamError(reason)| self.refused(path, &reason))?;
        Ok((decl, value))
    }

    fn edit(&self, path: &ParamPath, value: Option<Param>) -> Edit {
        Edit::SetParam { node: self.id, param: path.param.clone(), value }
    }

    fn refused(&self, path: &ParamPath, reason: &str) -> EditError {
        EditError::Param { node: self.name.clone(), param: path.to_string(), error: ParamError(reason.to_owned()) }
    }
}
