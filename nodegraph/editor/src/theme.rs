//! Colours and sizes.

use dragfx_graph::value::PortType;
use eframe::egui::{self, Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, vec2};

/// The background of panels.
pub(crate) const PANEL: Color32 = Color32::from_rgb(38, 39, 42);
/// The background of pictures, of the graph, and of fields that are typed in.
pub(crate) const WELL: Color32 = Color32::from_rgb(24, 25, 27);
/// Bars between panels: menus, headings.
pub(crate) const BAR: Color32 = Color32::from_rgb(46, 47, 51);
/// The background of what has to be said above the panels.
pub(crate) const BANNER: Color32 = Color32::from_rgb(62, 48, 28);
/// Lines between things.
pub(crate) const LINE: Color32 = Color32::from_rgb(60, 62, 67);
/// Buttons, and what else can be taken hold of.
pub(crate) const GRIP: Color32 = Color32::from_rgb(62, 64, 70);
/// Text.
pub(crate) const TEXT: Color32 = Color32::from_rgb(216, 218, 222);
/// Text that is not read first.
pub(crate) const WEAK: Color32 = Color32::from_rgb(160, 164, 172);
/// What is selected, or going on.
pub(crate) const ACCENT: Color32 = Color32::from_rgb(255, 168, 54);
/// What went wrong.
pub(crate) const ERROR: Color32 = Color32::from_rgb(246, 112, 104);
/// What is done, or there.
pub(crate) const GOOD: Color32 = Color32::from_rgb(110, 196, 132);
/// What has keyframes.
pub(crate) const KEYED: Color32 = Color32::from_rgb(118, 178, 255);
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
    // The table of actions has keys for this.
    context.options_mut(|options| options.zoom_with_keyboard = false);
    context.style_mut_of(egui::Theme::Dark, |style| {
        let font = |size| FontId::new(size, FontFamily::Proportional);
        style.text_styles.insert(TextStyle::Body, font(13.0));
        style.text_styles.insert(TextStyle::Button, font(13.0));
        style.text_styles.insert(TextStyle::Small, font(11.0));
        style.text_styles.insert(TextStyle::Heading, font(15.0));
        style.text_styles.insert(TextStyle::Monospace, FontId::new(12.0, FontFamily::Monospace));
        let spacing = &mut style.spacing;
        spacing.item_spacing = vec2(6.0, 5.0);
        spacing.button_padding = vec2(7.0, 2.0);
        spacing.interact_size = vec2(36.0, 22.0);
        spacing.icon_width = 15.0;
        spacing.icon_width_inner = 9.0;
        spacing.menu_margin = Margin::same(5);
        spacing.slider_rail_height = 4.0;
        spacing.tooltip_width = 380.0;
        spacing.scroll = egui::style::ScrollStyle::thin();
        style.interaction.tooltip_delay = 0.4;
        colors(&mut style.visuals);
    });
}

fn colors(visuals: &mut egui::Visuals) {
    visuals.panel_fill = PANEL;
    visuals.window_fill = PANEL;
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.window_corner_radius = CornerRadius::same(5);
    visuals.menu_corner_radius = CornerRadius::same(4);
    visuals.extreme_bg_color = WELL;
    visuals.faint_bg_color = Color32::from_rgb(44, 45, 49);
    visuals.code_bg_color = WELL;
    visuals.selection.bg_fill = Color32::from_rgb(126, 82, 22);
    visuals.selection.stroke.color = Color32::WHITE;
    visuals.hyperlink_color = ACCENT;
    visuals.error_fg_color = ERROR;
    visuals.warn_fg_color = ACCENT;
    visuals.weak_text_color = Some(WEAK);
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = egui::style::HandleShape::Rect { aspect_ratio: 0.5 };
    visuals.indent_has_left_vline = false;
    let widgets = &mut visuals.widgets;
    let looks = [
        (&mut widgets.noninteractive, PANEL, TEXT, LINE),
        (&mut widgets.inactive, GRIP, TEXT, Color32::TRANSPARENT),
        (&mut widgets.hovered, Color32::from_rgb(78, 81, 88), Color32::WHITE, Color32::from_rgb(110, 113, 120)),
        (&mut widgets.active, Color32::from_rgb(92, 95, 103), Color32::WHITE, ACCENT),
        (&mut widgets.open, Color32::from_rgb(54, 56, 61), TEXT, LINE),
    ];
    for (widget, fill, text, stroke) in looks {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, stroke);
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = CornerRadius::same(3);
        widget.expansion = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast as WCAG defines it.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |color: Color32| {
            let [r, g, b, _] = egui::Rgba::from(color).to_array();
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn texts_can_be_read() {
        for (text, ground) in [TEXT, WEAK, ACCENT, ERROR, GOOD, KEYED]
            .into_iter()
            .flat_map(|text| [PANEL, WELL, BAR].map(|ground| (text, ground)))
            .chain([(TEXT, GRIP), (Color32::WHITE, Color32::from_rgb(126, 82, 22))])
        {
            let found = contrast(text, ground);
            assert!(found >= 4.5, "{text:?} on {ground:?}: {found}");
        }
        for port in PortType::ALL.map(port) {
            assert!(contrast(port, WELL) >= 4.5, "{port:?}");
        }
    }
}
