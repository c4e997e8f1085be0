//! The picture itself, and what is drawn over it.

use dragfx_graph::value::Value;
use eframe::egui::{
    Align2, Color32, CursorIcon, Event, Key, MouseWheelUnit, PointerButton, Rect, Response, Sense, Stroke, StrokeKind,
    Ui, Vec2, WidgetInfo, WidgetType, pos2, vec2,
};

use super::camera::Placement;
use super::masking::mask_of;
use super::stage::Stage;
use super::standing::Standing;
use super::tools::Tool;
use super::{Viewer, header, hint, pictures, readout, say};
use crate::action::Place;
use crate::command::Command;
use crate::compute::Shown;
use crate::desk::{Compare, SLOTS, View};
use crate::editor::Scene;
use crate::theme;

/// What the mask keeps from changing.
const KEPT: Color32 = Color32::from_rgba_unmultiplied_const(24, 40, 150, 115);
/// How much a difference is amplified.
const TIMES: u16 = 4;
/// How much larger a notch of the wheel makes things.
const NOTCH: f32 = 1.2;
/// How wide the line of the wipe can be taken hold of, points.
const LINE: f32 = 12.0;

impl Viewer {
    pub(super) fn well(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        stage: Option<&Stage<'_>>,
        commands: &mut Vec<Command>,
    ) {
        let view = ui.available_rect_before_wrap();
        ui.set_clip_rect(view.intersect(ui.clip_rect()));
        let picture = ui.interact(view, ui.id().with("picture"), Sense::click_and_drag());
        picture.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, "Picture"));
        self.choose_slot(ui, scene, commands);
        let Some(stage) = stage else {
            return say::middle(
                ui.painter(),
                view,
                "Nothing is shown: double-click a node with a picture in the graph",
                theme::WEAK,
            );
        };
        let Some(shown) = self.picture(ui, scene, stage) else {
            let (text, color) = say::instead(scene, stage.view);
            return say::middle(ui.painter(), view, &text, color);
        };
        let size = shown.pixels.size;
        let density = ui.pixels_per_point();
        self.steer(ui, &picture, view, size);
        let placement = self.camera.place(view, size, density);
        self.draw(ui, scene, shown, &placement, view);
        let mask = self.show_mask(ui, scene, stage, &placement);
        let is_before = self.is_before(ui, scene);
        if !is_before {
            self.use_tool(ui, scene, stage, &picture, &placement, commands);
        }
        self.tell(ui, stage, (shown, mask), is_before, &placement, view);
    }

    /// What is to be seen: the result, or as long as somebody wants it, what was before.
    fn picture<'s>(&self, ui: &Ui, scene: &Scene<'s>, stage: &Stage<'_>) -> Option<&'s Shown> {
        let compute = scene.compute;
        let before = if stage.has_steps() || self.is_before(ui, scene) { compute.before(stage.view) } else { None };
        let shown = compute.shown(stage.view);
        let shown = if self.is_before(ui, scene) { before.or(shown) } else { shown };
        shown.map(|shown| &**shown)
    }

    fn is_before(&self, ui: &Ui, scene: &Scene<'_>) -> bool {
        let is_typing = ui.ctx().text_edit_focused();
        self.before
            || scene.desk.place == Place::Viewer && !is_typing && ui.input(|input| input.key_down(Key::Backtick))
    }

    /// A number shows a slot, and with Shift compares with it. On many keyboards those are letters of their own: it is the
    /// place of the key that counts.
    fn choose_slot(&self, ui: &Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        const KEYS: [Key; SLOTS] =
            [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];
        if scene.desk.place != Place::Viewer || ui.ctx().text_edit_focused() {
            return;
        }
        let pressed = |event: &Event| match event {
            Event::Key { key, physical_key, pressed: true, modifiers, .. }
                if modifiers.is_none() || modifiers.shift_only() =>
            {
                let slot = KEYS.iter().position(|number| *number == physical_key.unwrap_or(*key))?;
                Some((slot, modifiers.shift))
            }
            _ => None,
        };
        let Some((slot, compares)) = ui.input(|input| input.events.iter().find_map(pressed)) else { return };
        commands.push(match &scene.desk.slots[slot] {
            _ if compares => Command::Compare(slot, scene.desk.compare.or(Some(Compare::Wipe))),
            Some(view) => Command::Look { slot, view: view.clone() },
            None => Command::say(format!("Slot {} is empty: select a node in the graph and press {0} there", slot + 1)),
        });
    }

    /// Zooms and moves the picture.
    fn steer(&mut self, ui: &Ui, picture: &Response, view: Rect, size: [usize; 2]) {
        let placement = self.camera.place(view, size, ui.pixels_per_point());
        if let Some(pointer) = picture.hover_pos().filter(|_| picture.contains_pointer()) {
            let (zoom, scroll, swept) = ui.input(|input| {
                let is_swept = |event: &Event| matches!(event, Event::MouseWheel { unit: MouseWheelUnit::Point, .. });
                (input.zoom_delta(), input.smooth_scroll_delta(), input.events.iter().any(is_swept))
            });
            if zoom != 1.0 {
                self.camera = self.camera.zoom(view, &placement, pointer, zoom);
            } else if swept || scroll.x != 0.0 {
                self.camera = self.camera.pan(view, &placement, scroll);
            } else if scroll.y != 0.0 {
                let notches = scroll.y / ui.ctx().options(|options| options.input_options.line_scroll_speed);
                self.camera = self.camera.zoom(view, &placement, pointer, NOTCH.powf(notches));
            }
        }
        let alt = ui.input(|input| input.modifiers.alt);
        let is_free = !self.points.is_holding() && !self.brush.is_making();
        let moves =
            picture.dragged_by(PointerButton::Middle) || is_free && alt && picture.dragged_by(PointerButton::Primary);
        if moves {
            self.camera = self.camera.pan(view, &placement, picture.drag_delta());
            ui.set_cursor_icon(CursorIcon::Grabbing);
        }
    }

    /// Draws the picture, and what it is compared with.
    fn draw(&mut self, ui: &mut Ui, scene: &Scene<'_>, shown: &Shown, placement: &Placement, view: Rect) {
        let painter = ui.painter().clone();
        let compared = scene.desk.compared();
        let other = compared.and_then(|(view, how)| Some((scene.compute.shown(view)?, how)));
        match other {
            Some((other, Compare::Difference)) => {
                let (a, b) = (shown.pixels.clone(), other.pixels.clone());
                let of = [shown.serial, other.serial];
                let make = move || pictures::difference(&a, &b, TIMES);
                match self.difference.get(ui.ctx(), placement, of, make) {
                    Some(texture) => pictures::image(&painter, texture, placement),
                    None => self.shown.draw(&painter, shown, placement, view),
                }
            }
            Some((other, Compare::Wipe)) => {
                let x = placement.rect().left() + self.wipe * placement.rect().width();
                let x = x.clamp(view.left() + LINE, view.right() - LINE);
                let (left, right) = view.split_left_right_at_x(x);
                self.shown.draw(&painter, shown, placement, left);
                self.compared.draw(&painter, other, placement, right);
                self.wipe(ui, scene, x, placement, view);
            }
            None => self.shown.draw(&painter, shown, placement, view),
        }
        if scene.desk.compare.is_some() && scene.desk.slots[scene.desk.b].is_none() {
            let text = format!("Slot {} is empty: select a node and press {}", scene.desk.b + 1, scene.desk.b + 1);
            say::label(&painter, pos2(view.right() - 10.0, view.top() + 10.0), Align2::RIGHT_TOP, &text);
        }
    }

    /// The line of the wipe.
    fn wipe(&mut self, ui: &mut Ui, scene: &Scene<'_>, x: f32, placement: &Placement, view: Rect) {
        let rect = Rect::from_x_y_ranges(x - LINE / 2.0..=x + LINE / 2.0, view.y_range());
        let line = ui.interact(rect, ui.id().with("wipe"), Sense::drag()).on_hover_cursor(CursorIcon::ResizeHorizontal);
        line.widget_info(|| WidgetInfo::slider(true, f64::from(self.wipe), "Wipe"));
        if line.dragged() {
            self.wipe =
                ((x + line.drag_delta().x - placement.rect().left()) / placement.rect().width()).clamp(0.0, 1.0);
        }
        let painter = ui.painter();
        painter.vline(x, view.y_range(), Stroke::new(3.0, Color32::from_black_alpha(120)));
        painter.vline(x, view.y_range(), Stroke::new(1.0, Color32::WHITE));
        painter.circle(pos2(x, view.center().y), 6.0, theme::GRIP, Stroke::new(1.0, Color32::WHITE));
        for (slot, anchor, side) in [(scene.desk.a, Align2::RIGHT_TOP, -9.0), (scene.desk.b, Align2::LEFT_TOP, 9.0)] {
            say::label(painter, pos2(x + side, view.top() + 10.0), anchor, &header::slot_name(scene, slot));
        }
    }

    /// Draws the mask over the picture; gives it.
    fn show_mask<'s>(
        &mut self,
        ui: &Ui,
        scene: &Scene<'s>,
        stage: &Stage<'_>,
        placement: &Placement,
    ) -> Option<&'s Shown> {
        let mask = mask_of(scene.session.document(), stage.view).node().filter(|_| self.overlay)?;
        if mask == stage.view.node {
            return None;
        }
        let shown = scene.compute.also(&View { node: mask, output: "mask".to_owned() })?;
        let pixels = shown.pixels.clone();
        let texture = self.mask.get(ui.ctx(), placement, [shown.serial, 0], move || pictures::tinted(&pixels, KEPT))?;
        if pixels_fit(shown, placement) {
            pictures::image(ui.painter(), texture, placement);
        }
        Some(shown)
    }

    /// What the mouse does on the picture.
    fn use_tool(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        stage: &Stage<'_>,
        picture: &Response,
        placement: &Placement,
        commands: &mut Vec<Command>,
    ) {
        let is_free = !ui.input(|input| input.modifiers.alt) || self.points.is_holding() || self.brush.is_making();
        let mut changes = Vec::new();
        if let Some(standing) = &stage.standing {
            let standing = self.with_pending(standing);
            if self.tool == Tool::Points && is_free {
                changes.extend(self.points.set(ui, picture, placement, standing.points.len()));
            }
            self.points.show(ui, placement, &standing, self.tool == Tool::Points, &mut changes);
        } else if self.tool == Tool::Points && picture.clicked() {
            changes.extend(picture.interact_pointer_pos().map(|at| super::points::dab(placement, at)));
        }
        for change in changes {
            self.change_points(scene, stage, change, commands);
        }
        if self.tool.paints() {
            if is_free && let Some(shape) = self.brush.go_on(ui, picture, placement, self.tool) {
                commands.extend(stage.paint(scene, placement.size(), shape));
            }
            self.brush.draw(ui, placement, self.tool);
        }
    }

    /// The points with the change that waits for a drag to stop.
    fn with_pending(&self, standing: &Standing) -> Standing {
        let mut standing = standing.clone();
        if let Some(change) = &self.pending {
            change.apply(&mut standing.points);
        }
        standing
    }

    /// What is said over the picture: the pixel under the pointer, what a tint means, and what to do next.
    fn tell(
        &self,
        ui: &Ui,
        stage: &Stage<'_>,
        (shown, mask): (&Shown, Option<&Shown>),
        is_before: bool,
        placement: &Placement,
        view: Rect,
    ) {
        let painter = ui.painter();
        let [width, height] = placement.size();
        let pointer = ui.input(|input| input.pointer.hover_pos()).filter(|at| view.contains(*at));
        let pixel = pointer.and_then(|pointer| placement.pixel(pointer));
        let mut text = match pixel {
            Some(pixel) => readout::pixel(&shown.value, pixel),
            None => format!("{width} x {height}\n{:.0} %", placement.zoom() * 100.0),
        };
        if let (Some([x, y]), Some(Value::Mask(mask))) = (pixel, mask.map(|mask| &mask.value))
            && let Some(weight) = mask.weights().get((y, x))
        {
            text = format!("{text}\n{}", readout::weight(*weight));
        }
        let corner = pos2(view.left() + 8.0, view.top() + 8.0);
        let told = say::mono(painter, corner, &text);
        if mask.is_some() {
            let rect = Rect::from_min_size(told.left_bottom() + vec2(2.0, 8.0), Vec2::splat(12.0));
            painter.rect(rect, 2.0, KEPT, Stroke::new(1.0, Color32::from_white_alpha(120)), StrokeKind::Inside);
            say::label(painter, rect.right_top() + vec2(4.0, -4.0), Align2::LEFT_TOP, "stays");
        }
        let next = || hint::next(self.tool, stage.standing.as_ref(), self.points.is_holding());
        if let Some(text) = if is_before { Some("Before all drags".to_owned()) } else { next() } {
            hint::draw(painter, view, &text);
        }
    }
}

fn pixels_fit(shown: &Shown, placement: &Placement) -> bool {
    shown.pixels.size == placement.size()
}
