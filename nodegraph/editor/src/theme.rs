//! Colours and sizes.

use dragfx_graph::value::PortType;
use eframe::egui::{self, Color32};

/// The background of panels.
pub(crate) const PANEL: Color32 = Color32::from_rgb(30, 31, 34);
/// The background of pictures and of the graph.
pub(crate) const WELL: Color32 = Color32::from_rgb(20, 21, 23);
/// What is selected, or going on.
pub(crate) const ACCENT: Color32 = Color32::from_rgb(255, 168, 54);
/// What went wrong.
pub(crate) const ERROR: Color32 = Color32::from_rgb(240, 96, 88);
/// Text that is not read first.
pub(crate) const WEAK: Color32 = Color32::from_rgb(158, 162, 170);
/// Handles of points.
pub(crate) const HANDLE: Color32 = Color32::from_rgb(235, 51, 51);
/// Targets of points.
pub(crate) const TARGET: Color32 = Color32::from_rgb(72, 132, 255);

/// Wires and ports of a type.
pub(crate) fn port(port_type: PortType) -> Color32 {
    match port_type {
        PortType::Latent => Color32::from_rgb(178, 132, 255),
        PortType::Image => Color32::from_rgb(240, 200, 80),
        PortType::Mask => Color32::from_rgb(200, 204, 212),
        PortType::Points => Color32::from_rgb(255, 112, 112),
        PortType::Trajectory => Color32::from_rgb(96, 200, 140),
        PortType::Tracks => Color32::from_rgb(90, 190, 230),
    }
}

/// Makes everything look so.
pub(crate) fn apply(context: &egui::Context) {
    context.set_theme(egui::Theme::Dark);
    context.style_mut_of(egui::Theme::Dark, |style| {
        let visuals = &mut style.visuals;
        visuals.panel_fill = PANEL;
        visuals.window_fill = PANEL;
        visuals.extreme_bg_color = WELL;
        visuals.selection.bg_fill = Color32::from_rgb(122, 78, 20);
        visuals.selection.stroke.color = Color32::WHITE;
        visuals.hyperlink_color = ACCENT;
        visuals.error_fg_color = ERROR;
        visuals.warn_fg_color = ACCENT;
        visuals.widgets.noninteractive.fg_stroke.color = Color32::from_rgb(214, 217, 222);
    });
}
