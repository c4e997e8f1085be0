//! The parameters that stand for the whole graph, as people use them, and how they are named and ordered.

use dragfx_graph::document::{Edit, Node, ParamPath, PointField, Published};
use dragfx_graph::param::ParamValue;
use eframe::egui::{Checkbox, Label, RichText, Ui};

use super::form::{Field, Form};
use super::param::Dress;
use super::row::{plain, small_button};
use super::setting::Setting;
use crate::theme;

impl Form<'_, '_> {
    /// A control for each.
    pub(crate) fn published(&mut self, ui: &mut Ui) {
        let published = self.document().published();
        if published.is_empty() {
            let hint = "None. Right-click a parameter of a node to publish it: it is then set here, in plugins, and on \
                        the command line.";
            ui.add(Label::new(RichText::new(hint).color(theme::WEAK)).wrap());
        }
        for entry in published {
            let node = self.document().node(entry.node);
            let decl = node.and_then(Node::decl).and_then(|decl| decl.find_param(&entry.path.param));
            let (Some(node), Some(decl)) = (node, decl) else {
                plain(ui, &entry.name, |ui, _| ui.label(RichText::new("its node is a placeholder").color(theme::WEAK)));
                continue;
            };
            let setting = Setting { node, decl, frame: self.scene.desk.frame };
            let some = |text: &'_ str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let (label, doc) = (some(&entry.label), some(&entry.doc));
            ui.push_id(&entry.name, |ui| match entry.path.item {
                None => {
                    let dress = Dress { label: label.as_deref(), range: entry.range, doc: doc.as_deref() };
                    self.parameter(ui, setting, dress);
                }
                Some((index, field)) => {
                    let label = label.unwrap_or_else(|| format!("{} {}", decl.label, short(&entry.path)));
                    plain(ui, &label, |ui, _| self.part(ui, setting, &label, index, field));
                }
            });
        }
    }

    /// The part of a point that is published.
    fn part(&mut self, ui: &mut Ui, setting: Setting<'_>, name: &str, index: usize, field: PointField) {
        let ParamValue::Points(points) = setting.value() else { return };
        let Some(point) = points.get(index) else {
            ui.label(RichText::new("there is no such point").color(theme::WEAK));
            return;
        };
        let with = |change: &dyn Fn(&mut dragfx_engine::PointPair)| {
            let mut points = points.clone();
            change(&mut points[index]);
            setting.set(ParamValue::Points(points))
        };
        match field {
            PointField::Handle => {
                ui.horizontal(|ui| {
                    self.place(ui, name, point.handle, &|place| with(&|point| point.handle = place));
                });
            }
            PointField::Target => {
                ui.horizontal(|ui| {
                    self.place(ui, name, point.target, &|place| with(&|point| point.target = place));
                });
            }
            PointField::Enabled => {
                let mut enabled = point.enabled;
                let response = ui.add(Checkbox::without_text(&mut enabled));
                if response.changed() {
                    self.edit(&response, format!("Set {name}"), with(&|point| point.enabled = enabled));
                }
            }
        }
    }

    /// What they are called, in which order, with which range.
    pub(crate) fn publications(&mut self, ui: &mut Ui) {
        let published = self.document().published();
        for (index, entry) in published.iter().enumerate() {
            let node = self.document().node(entry.node).map_or_else(String::new, |node| node.name.clone());
            let address = format!("{node}.{}", entry.path);
            let changed = |change: &dyn Fn(&mut Published)| {
                let mut published = published.to_vec();
                change(&mut published[index]);
                Edit::Publish(published)
            };
            ui.push_id(index, |ui| {
                ui.horizontal(|ui| {
                    let room = ui.available_width() - 66.0;
                    let size = eframe::egui::vec2(room, ui.spacing().interact_size.y);
                    ui.allocate_ui(size, |ui| {
                        ui.set_min_width(room);
                        ui.add(Label::new(RichText::new(&address).color(theme::WEAK)).truncate());
                    });
                    ui.spacing_mut().item_spacing.x = 1.0;
                    for (sign, what, other) in [("⬆", "up", index.checked_sub(1)), ("⬇", "down", Some(index + 1))] {
                        let other = other.filter(|other| *other < published.len());
                        if small_button(ui, sign, &format!("Move {} {what}", entry.name), other.is_some()) {
                            let mut published = published.to_vec();
                            published.swap(index, other.unwrap_or(index));
                            self.make(format!("Move {}", entry.name), Edit::Publish(published));
                        }
                    }
                    if small_button(ui, "×", &format!("Unpublish {}", entry.name), true) {
                        let mut published = published.to_vec();
                        published.remove(index);
                        self.make(format!("Unpublish {}", entry.name), Edit::Publish(published));
                    }
                });
                let step = format!("Rename {}", entry.name);
                plain(ui, "Name", |ui, _| {
                    let name = format!("Name of {address}");
                    self.text(ui, &Field { name: &name, text: &entry.name, hint: "", rows: 1 }, |text| {
                        Ok((step.clone(), changed(&|entry| text.trim().clone_into(&mut entry.name))))
                    });
                });
                plain(ui, "Label", |ui, _| {
                    let name = format!("Label of {address}");
                    self.text(
                        ui,
                        &Field { name: &name, text: &entry.label, hint: "as the node says", rows: 1 },
                        |text| Ok((step.clone(), changed(&|entry| text.trim().clone_into(&mut entry.label)))),
                    );
                });
                plain(ui, "Range", |ui, _| {
                    let name = format!("Range of {address}");
                    let text = entry.range.map_or_else(String::new, |[from, to]| format!("{from} to {to}"));
                    self.text(ui, &Field { name: &name, text: &text, hint: "as the node says", rows: 1 }, |text| {
                        let range = read_range(text)?;
                        Ok((format!("Set range of {}", entry.name), changed(&|entry| entry.range = range)))
                    });
                });
                plain(ui, "Help", |ui, _| {
                    let name = format!("Help of {address}");
                    self.text(
                        ui,
                        &Field { name: &name, text: &entry.doc, hint: "as the node says", rows: 1 },
                        |text| Ok((step.clone(), changed(&|entry| text.trim().clone_into(&mut entry.doc)))),
                    );
                });
                ui.add_space(6.0);
            });
        }
    }
}

/// `2 target` of `points.2.target`.
fn short(path: &ParamPath) -> String {
    path.to_string().split('.').skip(1).collect::<Vec<_>>().join(" ")
}

/// Reads `0 to 1`; nothing of an empty text.
fn read_range(text: &str) -> Result<Option<[f64; 2]>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let numbers: Vec<Option<f64>> = text.split("to").map(|number| number.trim().parse().ok()).collect();
    match numbers.as_slice() {
        [Some(from), Some(to)] => Ok(Some([*from, *to])),
        _ => Err(format!("`{text}` is no range: write it as `0 to 1`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(read_range("0 to 1.5"), Ok(Some([0.0, 1.5])));
        assert_eq!(read_range(" -3to 4 "), Ok(Some([-3.0, 4.0])));
        assert_eq!(read_range("  "), Ok(None));
        for wrong in ["1", "1 to", "a to b", "1 to 2 to 3"] {
            assert!(read_range(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn parts_of_points_are_named_shortly() {
        assert_eq!(short(&"points.2.target".parse().expect("a path")), "2 target");
    }
}
