//! Pictures of nodes, on the graphics card.

use std::collections::HashMap;
use std::sync::Arc;

use dragfx_graph::document::NodeId;
use eframe::egui::{TextureHandle, TextureId, TextureOptions, Ui, Vec2};

use crate::compute::Shown;

/// The pictures that are there.
#[derive(Default)]
pub(super) struct Pictures(HashMap<NodeId, (u64, TextureHandle)>);

impl Pictures {
    /// The texture of a node's picture, and its size.
    pub(super) fn texture(&mut self, ui: &Ui, node: NodeId, shown: &Arc<Shown>) -> (TextureId, Vec2) {
        let load = || {
            let name = format!("thumbnail {node}");
            (shown.serial, ui.ctx().load_texture(name, shown.pixels.clone(), TextureOptions::LINEAR))
        };
        let (serial, handle) = self.0.entry(node).or_insert_with(load);
        if *serial != shown.serial {
            handle.set(shown.pixels.clone(), TextureOptions::LINEAR);
            *serial = shown.serial;
        }
        (handle.id(), handle.size_vec2())
    }

    /// Gives up the pictures of nodes that are gone.
    pub(super) fn forget(&mut self, is_gone: impl Fn(NodeId) -> bool) {
        self.0.retain(|&node, _| !is_gone(node));
    }
}
