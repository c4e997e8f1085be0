//! What is said above the panels as long as it is so, and what is shown while a file is held over the window.

use std::path::Path;

use eframe::egui::{self, Align2, Area, Color32, Frame, Id, LayerId, Margin, Order, Panel, RichText};

use super::{Wish, import};
use crate::command::{Command, Wanted};
use crate::desk::Desk;
use crate::theme;

/// Draws what has to be said: that nothing is computed, and models that are missing.
pub(crate) fn banner(ui: &mut egui::Ui, desk: &Desk, commands: &mut Vec<Command>) {
    let safe = desk
        .safe
        .iter()
        .map(|reason| (reason.clone() + " Nothing is computed until you say so.", "Compute".to_owned(), Wish::Compute));
    let missing = desk.missing.iter().map(|missing| {
        (missing.text.clone(), format!("Relink {}…", missing.name), Wish::Find(Wanted::Model(missing.name.clone())))
    });
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
    let what = match names.as_slice() {
        [name] => import::purpose(Path::new(name)).map(|purpose| format!("Drop {name} to {purpose}")),
        _ => None,
    };
    let text = what.unwrap_or_else(|| format!("Drop {}", names.join(", ")));
    let rect = context.content_rect();
    let below = context.layer_painter(LayerId::new(Order::Foreground, Id::new("below what is dropped")));
    below.rect_filled(rect, 0.0, Color32::from_black_alpha(190));
    Area::new(Id::new("dropping")).order(Order::Tooltip).anchor(Align2::CENTER_CENTER, [0.0, 0.0]).show(
        context,
        |ui| {
            ui.set_width(rect.width().min(560.0));
            ui.vertical_centered(|ui| {
                ui.label(RichText::new(text).size(20.0).color(theme::ACCENT));
                ui.add_space(8.0);
                ui.label(RichText::new(format!("DragFX takes {}.", import::KINDS)).color(theme::TEXT));
            });
        },
    );
}
