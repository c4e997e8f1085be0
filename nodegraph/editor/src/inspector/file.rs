//! The path of a file, and whether there is one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dragfx_graph::declare::Kind;
use dragfx_graph::param::ParamValue;
use eframe::egui::{self, Response, RichText, Ui, vec2};

use super::form::{Field, Form};
use super::setting::Setting;
use crate::command::{Command, Wanted};
use crate::files::Wish;
use crate::theme;

/// Which files there are. Disks may be slow, so that they are asked in the background, and again after a while.
#[derive(Clone, Default)]
pub(crate) struct Presence(Arc<Mutex<BTreeMap<PathBuf, Known>>>);

#[derive(Clone, Copy)]
struct Known {
    exists: Option<bool>,
    asked: Instant,
}

/// For how long an answer is believed.
const BELIEVED: Duration = Duration::from_secs(3);

impl Presence {
    /// Whether there is something at a path, as far as it is known.
    pub(crate) fn of(&self, context: &egui::Context, path: &Path) -> Option<bool> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = known.get(path).copied();
        if old.is_some_and(|old| old.asked.elapsed() < BELIEVED) {
            return old.and_then(|old| old.exists);
        }
        let exists = old.and_then(|old| old.exists);
        known.insert(path.to_owned(), Known { exists, asked: Instant::now() });
        let (this, context, path) = (self.clone(), context.clone(), path.to_owned());
        std::thread::spawn(move || {
            let exists = Some(path.exists());
            let answer = Known { exists, asked: Instant::now() };
            let old = this.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path, answer);
            if old.and_then(|old| old.exists) != exists {
                context.request_repaint();
            }
        });
        exists
    }
}

impl Form<'_, '_> {
    /// A path that is typed or chosen, with a mark where a file that is read is missing.
    pub(crate) fn file(&mut self, ui: &mut Ui, setting: Setting<'_>, value: &str, name: &str) -> Response {
        let Kind::File { writes, extensions } = &setting.decl.kind else { return ui.label("") };
        let hint = if *writes { "no file" } else { "none" };
        let browse = vec2(24.0, ui.spacing().interact_size.y);
        ui.horizontal(|ui| {
            let room = ui.available_width() - browse.x - ui.spacing().item_spacing.x;
            let field = Field { name, text: value, hint, rows: 1 };
            let response = ui.allocate_ui(vec2(room, browse.y), |ui| {
                let step = format!("Set {}", setting.name());
                let set = |text: &str| setting.set(ParamValue::Text(text.trim().to_owned()));
                let response = self.text(ui, &field, |text| Ok((step.clone(), set(text)?)));
                if !writes && !value.is_empty() {
                    self.presence(ui, value);
                }
                response
            });
            let button = ui.add(egui::Button::new("…").min_size(browse));
            let label = format!("Browse for {name}");
            button.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &label));
            let endings = extensions.iter().map(|extension| format!(".{extension}")).collect::<Vec<_>>().join(", ");
            if button.on_hover_text(format!("Browse… ({endings})")).clicked() {
                let (node, param) = (setting.node.id, setting.decl.id.to_string());
                self.commands.push(Command::File(Wish::Find(Wanted::Param { node, param })));
            }
            response.inner.on_hover_text(value)
        })
        .inner
    }

    fn presence(&self, ui: &mut Ui, value: &str) {
        // A path with a field stands for many files, and the node says what of a missing one.
        if value.contains(['#', '{']) {
            return;
        }
        let path = self.scene.session.folder().join(value);
        if self.presence.of(ui.ctx(), &path) == Some(false) {
            let text = RichText::new("There is no such file").color(theme::ERROR).small();
            ui.label(text).on_hover_text(path.display().to_string());
        }
    }
}
