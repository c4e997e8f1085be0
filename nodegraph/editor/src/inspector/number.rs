//! A number: dragged, typed, or set by a slider.

use std::cell::RefCell;

use dragfx_graph::declare::{Kind, ParamDecl};
use dragfx_graph::document::Edit;
use eframe::egui::{DragValue, Response, Slider, TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText, vec2};

use super::form::Form;

/// What numbers there are, and which of them are offered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    /// The least and the most.
    pub(crate) range: (f64, f64),
    /// The least and the most of the slider, if one makes sense.
    pub(crate) slider: Option<(f64, f64)>,
    /// Whether only whole numbers count.
    pub(crate) whole: bool,
    /// What stands behind the number.
    pub(crate) unit: String,
}

/// Widest range of whole numbers that a slider has.
const WIDEST: i64 = 1000;
/// Digits behind the point, at most.
const DIGITS: usize = 6;

impl Scale {
    /// The numbers of a parameter; those of `offered` on the slider, if it is there.
    pub(crate) fn of(decl: &ParamDecl, offered: Option<[f64; 2]>) -> Option<Self> {
        let unit = if decl.unit.is_empty() { String::new() } else { format!(" {}", decl.unit) };
        let offered = offered.map(|[from, to]| (from, to)).filter(|(from, to)| from < to);
        match decl.kind {
            Kind::Float { min, max, slider, .. } => {
                Some(Self { range: (min, max), slider: offered.or(Some(slider)), whole: false, unit })
            }
            Kind::Int { min, max, .. } => {
                let (from, to) = (min as f64, max as f64);
                let slider = offered.or((max.saturating_sub(min) <= WIDEST).then_some((from, to)));
                Some(Self { range: (from, to), slider, whole: true, unit })
            }
            _ => None,
        }
    }

    /// A coordinate in a picture.
    pub(crate) fn pixels() -> Self {
        Self { range: (-1e6, 1e6), slider: None, whole: false, unit: String::new() }
    }

    /// Whether the slider goes by factors: what lies far apart is all above 0.
    fn is_logarithmic(&self) -> bool {
        self.slider.is_some_and(|(from, to)| from > 0.0 && to / from >= 100.0)
    }

    /// How much a point of the screen changes the number.
    fn speed(&self) -> f64 {
        let (from, to) = self.slider.unwrap_or((0.0, 100.0));
        if self.whole { ((to - from) / 300.0).clamp(0.05, 1.0) } else { (to - from) / 300.0 }
    }

    /// The number in so many digits as matter.
    fn text(&self, value: f64) -> String {
        if self.whole {
            return format!("{value:.0}");
        }
        let (from, to) = self.slider.unwrap_or((0.0, 100.0));
        // Enough to tell a thousandth of the slider, and two digits of what is smaller.
        let of_slider = (4.0 - (to - from).log10().ceil()).max(2.0);
        let of_value = if value == 0.0 { 0.0 } else { 1.0 - value.abs().log10().floor() };
        let digits = of_slider.max(of_value) as usize;
        let text = format!("{value:.*}", digits.min(DIGITS));
        let trimmed = text.trim_end_matches('0');
        trimmed.strip_suffix('.').map_or_else(|| trimmed.to_owned(), |whole| format!("{whole}.0"))
    }
}

impl Form<'_, '_> {
    /// A number with a slider, if it has one. `name` is what it is called, and `edit` what comes of another number, with the
    /// label of the step.
    pub(crate) fn number(
        &mut self,
        ui: &mut Ui,
        scale: &Scale,
        value: f64,
        name: &str,
        step: &str,
        edit: impl Fn(f64) -> Result<Edit, String>,
    ) -> Response {
        let slider = scale.slider.map(|(from, to)| {
            // Half of the room is the number's, or as much as it needs with its unit.
            let text = WidgetText::from(format!("{}{}", scale.text(value), scale.unit));
            let text = text.into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Button).size().x;
            let needed = text + 2.0 * ui.spacing().button_padding.x;
            let number = (ui.available_width() * 0.5).clamp(56.0, 76.0).max(needed);
            (from, to, ui.available_width() - number - ui.spacing().item_spacing.x)
        });
        ui.horizontal(|ui| {
            let Some((from, to, width)) = slider.filter(|(.., width)| *width >= 24.0) else {
                return self.typed(ui, scale, value, name, step, &edit);
            };
            ui.spacing_mut().slider_width = width;
            let mut slid = value;
            let slider = Slider::new(&mut slid, from..=to).show_value(false).logarithmic(scale.is_logarithmic());
            let slider = if scale.whole { slider.integer() } else { slider };
            let response = ui.add(slider.clamping(eframe::egui::SliderClamping::Never));
            response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), value, format!("{name} slider")));
            if response.changed() && slid != value {
                self.edit(&response, step.to_owned(), edit(rounded(scale, slid)));
            }
            self.typed(ui, scale, value, name, step, &edit)
        })
        .inner
    }

    /// The number alone, as wide as there is room.
    pub(crate) fn typed(
        &mut self,
        ui: &mut Ui,
        scale: &Scale,
        value: f64,
        name: &str,
        step: &str,
        edit: &impl Fn(f64) -> Result<Edit, String>,
    ) -> Response {
        let strange = RefCell::new(None);
        let mut typed = value;
        let number = DragValue::new(&mut typed).speed(scale.speed()).update_while_editing(false);
        let number = number.suffix(scale.unit.as_str()).custom_formatter(|value, _| scale.text(value));
        let number = number.custom_parser(|text| {
            let text = text.trim().trim_end_matches(scale.unit.trim()).trim().replace(',', ".");
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            if number.is_none() {
                *strange.borrow_mut() = Some(text);
            }
            number
        });
        let width = ui.available_width();
        let response = ui.scope(|ui| {
            ui.spacing_mut().interact_size.x = width;
            ui.add_sized(vec2(width, ui.spacing().interact_size.y), number)
        });
        let response = response.inner;
        response.widget_info(|| WidgetInfo::drag_value(ui.is_enabled(), value));
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
        if let Some(text) = strange.take() {
            let kind = if scale.whole { "whole number" } else { "number" };
            self.refuse(response.id, text.clone(), format!("`{text}` is no {kind}"));
        } else if response.changed() && scale.text(typed) != scale.text(value) {
            // What is dragged ends where the range does; what is typed is told so.
            let is_held = response.dragged();
            let typed = if is_held { typed.clamp(scale.range.0, scale.range.1) } else { typed };
            if !scale.whole || is_held || typed.fract() == 0.0 {
                self.edit(&response, step.to_owned(), edit(rounded(scale, typed)));
            } else {
                self.refuse(response.id, String::new(), format!("`{typed}` is no whole number"));
            }
        }
        response
    }
}

fn rounded(scale: &Scale, value: f64) -> f64 {
    if scale.whole { value.round() } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(from: f64, to: f64) -> Scale {
        Scale { range: (from, to), slider: Some((from, to)), whole: false, unit: String::new() }
    }

    #[test]
    fn numbers_have_the_digits_that_matter() {
        for (scale, value, expected) in [
            (float(0.0, 1.0), 0.7, "0.7"),
            (float(0.0, 1.0), 0.0, "0.0"),
            (float(0.0, 0.01), 0.001, "0.001"),
            (float(0.0, 100.0), 20.0, "20.0"),
            (float(0.0, 512.0), 3.25, "3.25"),
            (float(-1.0, 1.5), 0.123_456, "0.123"),
            (float(0.0, 100.0), 0.002_5, "0.0025"),
        ] {
            assert_eq!(scale.text(value), expected, "{scale:?}");
        }
        assert_eq!(Scale { whole: true, ..float(0.0, 9.0) }.text(4.0), "4");
    }

    #[test]
    fn sliders_are_where_one_makes_sense() {
        let slider = |decl: &ParamDecl| Scale::of(decl, None).expect("a number").slider;
        let seed = ParamDecl::int("seed", "Seed", 0, 0..=i64::from(u32::MAX), "");
        assert_eq!(slider(&seed), None);
        assert_eq!(slider(&ParamDecl::int("row", "Row", 0, 0..=17, "")), Some((0.0, 17.0)));
        assert_eq!(
            slider(&ParamDecl::float("grow", "Grow", 0.0, -500.0..=500.0, "").slider(-50.0, 50.0)),
            Some((-50.0, 50.0))
        );
        assert_eq!(Scale::of(&seed, Some([1.0, 9.0])).expect("a number").slider, Some((1.0, 9.0)));
        assert!(Scale::of(&ParamDecl::bool("on", "On", true, ""), None).is_none());
    }
}
