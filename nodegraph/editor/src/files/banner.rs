//! What is said above the panels as long as it is so, and what is shown while a file is held over the window.

use eframe::egui::{self, Align2, Color32, FontId, Frame, Id, LayerId, Margin, Order, Panel, RichText};

use super::{Wish, import};
use crate::command::Command;
use crate::desk::Desk;
use crate::theme;

/// Draws what has to be said: that nothing is computed, and models that are missing.
pub(crate) fn banner(ui: &mut egui::Ui, desk: &Desk, commands: &mut Vec<Command>) {
    let safe = desk
        .safe
        .iter()
        .map(|reason| (reason.clone() + " Nothing is computed until you say so.", "Compute", Wish::Compute));
    let missing =
        desk.missing.iter().map(|missing| (missing.text.clone(), "Relink…", Wish::Find(missing.name.clone())));
    for (index, (text, button, wish)) in safe.chain(missing).enumerate() {
        let frame = Frame::new().fill(theme::BANNER).inner_margin(Margin::symmetric(10, 5));
        Panel::top(Id::new(("banner", index))).frame(frame).show(ui, |ui| {
            ui.horizontal(|ui| {
                if ui.button(button).clicked() {
                    commands.push(Command::File(wish));
                }
                ui.add(egui::Label::new(RichText::new(text).color(theme::ACCENT)).truncate());
            });
        });
    }
}

/// Says what would happen, while a file is held over the window.
pub(crate) fn hovered(context: &egui::Context) {
    let names: Vec<String> = context.input(|input| {
        let paths = input.raw.hovered_files.iter().filter_map(|file| file.path.as_ref());
        paths.map(|path| super::load::file_name(path)).collect()
    });
    if names.is_empty() {
        return;
    }
    let painter = context.layer_painter(LayerId::new(Order::Foreground, Id::new("dropping")));
    let rect = context.content_rect();
    painter.rect_filled(rect, 0.0, Color32::from_black_alpha(190));
    let center = rect.center();
    let big = FontId::proportional(22.0);
    painter.text(center, Align2::CENTER_BOTTOM, format!("Drop {}", names.join(", ")), big, theme::ACCENT);
    let text = format!("DragFX takes {}.", import::KINDS);
    let galley = painter.layout(text, FontId::proportional(14.0), theme::WEAK, rect.width().min(640.0));
    painter.galley(egui::pos2(center.x - galley.size().x / 2.0, center.y + 12.0), galley, theme::WEAK);
}
