//! Settings as people read them: short, on one line, and harmless on a terminal, whoever wrote the preset.

use dragfx_engine::PointPair;
use serde_json::Value as Json;

use crate::curve::{Curve, Interpolation};
use crate::document::{Node, NodeKind};
use crate::param::{Param, ParamValue};
use crate::shape::{Outline, Shape, ShapeOp};

/// A text of several lines, with nothing in it that would move a terminal's cursor or turn a line around.
#[must_use]
pub fn tame(text: &str) -> String {
    text.lines().map(|part| line(part, usize::MAX)).collect::<Vec<_>>().join("\n")
}

/// A text on one line: at most `most` characters, and none that would move a terminal's cursor or turn a line around.
#[must_use]
pub fn line(text: &str, most: usize) -> String {
    let tame = |c: char| match c {
        '\n' | '\t' => ' ',
        // The marks that change the direction of writing are as able to deceive as control characters.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    let mut short: String = text.chars().take(most).map(tame).collect();
    if text.chars().nth(most).is_some() {
        short.pop();
        short.push('…');
    }
    short
}

/// Names in a row, for messages that tell what there is.
#[must_use]
pub fn listed<S: std::borrow::Borrow<str>>(names: &[S]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The parameters of a node that are set, by their ids, each value of at most `most` characters.
#[must_use]
pub fn settings(node: &Node, most: usize) -> Vec<(String, String)> {
    told(node, most, param)
}

/// As [`settings`], with keyframes, points and shapes one by one, as far as there is room.
#[must_use]
pub fn settings_in_full(node: &Node, most: usize) -> Vec<(String, String)> {
    told(node, most, param_in_full)
}

fn told(node: &Node, most: usize, tell: fn(&Param, usize) -> String) -> Vec<(String, String)> {
    match &node.kind {
        NodeKind::Known(_) => node.params.iter().map(|(id, set)| (id.clone(), tell(set, most))).collect(),
        NodeKind::Placeholder(placeholder) => {
            let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            placeholder.params.iter().map(|(id, value)| (line(id, most), line(&text(value), most))).collect()
        }
    }
}

/// The value of a parameter, or for keyframes the first, the last, and how many there are.
#[must_use]
pub fn param(param: &Param, most: usize) -> String {
    match param {
        Param::Constant(set) => value(set, most),
        Param::Animated(curve) => keys(curve, most),
    }
}

fn keys(curve: &Curve, most: usize) -> String {
    let text = match curve.keys() {
        [only] => format!("{} at frame {}", value(&only.value, most), only.frame),
        [first, .., last] => {
            let (from, to) = (value(&first.value, most / 2), value(&last.value, most / 2));
            format!("{from} to {to}, {} keys from {} to {}", curve.keys().len(), first.frame, last.frame)
        }
        [] => String::new(),
    };
    line(&text, most)
}

/// A value in words.
#[must_use]
pub fn value(value: &ParamValue, most: usize) -> String {
    let text = match value {
        ParamValue::Float(number) => number.to_string(),
        ParamValue::Int(number) => number.to_string(),
        ParamValue::Bool(yes) => yes.to_string(),
        ParamValue::Text(text) if text.is_empty() => "none".to_owned(),
        ParamValue::Text(text) => text.clone(),
        ParamValue::Points(points) => match points.as_slice() {
            [only] => pair(only),
            several => counted(several.len(), "point"),
        },
        ParamValue::Shapes(shapes) => counted(shapes.len(), "shape"),
    };
    line(&text, most)
}

/// Most keyframes that are told one by one: of more, nobody reads the numbers.
const MOST_KEYS: usize = 8;
/// Most characters of a value among keyframes.
const MOST_OF_KEY: usize = 40;

fn param_in_full(param: &Param, most: usize) -> String {
    match param {
        Param::Constant(ParamValue::Points(points)) if !points.is_empty() => {
            let told = points.iter().map(|point| match &point.name {
                Some(name) => format!("{} {}", line(name, MOST_OF_KEY), pair(point)),
                None => pair(point),
            });
            fitted(told, points.len(), "; ", &counted(points.len(), "point"), most)
        }
        Param::Constant(ParamValue::Shapes(shapes)) if !shapes.is_empty() => {
            fitted(shapes.iter().map(shape), shapes.len(), "; ", &counted(shapes.len(), "shape"), most)
        }
        Param::Constant(set) => value(set, most),
        Param::Animated(curve) => {
            let keys = curve.keys();
            let told = keys.iter().enumerate().map(|(index, key)| {
                // Nothing comes after the last key, and what cannot be interpolated always holds.
                let way = match key.interpolation {
                    _ if index + 1 == keys.len() || !key.value.interpolates() => "",
                    Interpolation::Hold => " (hold)",
                    Interpolation::Linear => "",
                    Interpolation::Bezier { .. } => " (bezier)",
                };
                format!("{}: {}{way}", key.frame, value(&key.value, MOST_OF_KEY))
            });
            fitted(told.take(MOST_KEYS), keys.len(), ", ", &counted(keys.len(), "key"), most)
        }
    }
}

/// The first of `number` items, as many as there is room for, and after them, if that is not all, how many there are.
fn fitted(items: impl Iterator<Item = String>, number: usize, between: &str, counted: &str, most: usize) -> String {
    let items: Vec<String> = items.collect();
    let all = items.join(between);
    if items.len() == number && (number == 1 || all.chars().count() <= most) {
        return line(&all, most);
    }
    let rest = format!("{between}… {counted}");
    let room = most.saturating_sub(rest.chars().count());
    let mut items = items.iter();
    let mut text = items.next().map_or_else(String::new, |first| line(first, room));
    for item in items {
        let longer = format!("{text}{between}{item}");
        if longer.chars().count() > room {
            break;
        }
        text = longer;
    }
    line(&format!("{text}{rest}"), most)
}

fn pair(point: &PointPair) -> String {
    let PointPair { handle, target, enabled, .. } = point;
    let off = if *enabled { "" } else { " (off)" };
    format!("{},{} → {},{}{off}", handle.x, handle.y, target.x, target.y)
}

fn shape(shape: &Shape) -> String {
    let round = |[x, y]: &[f64; 2], [width, height]: &[f64; 2], angle: &f64| {
        let turned = if *angle == 0.0 { String::new() } else { format!(" turned {angle}°") };
        format!("at {x},{y} radii {width},{height}{turned}")
    };
    let way = |points: &[[f64; 2]]| points.iter().map(|[x, y]| format!("{x},{y}")).collect::<Vec<_>>().join(" ");
    let outline = match &shape.outline {
        Outline::Ellipse { center, radii, angle } => format!("ellipse {}", round(center, radii, angle)),
        Outline::Rectangle { center, radii, angle } => format!("rectangle {}", round(center, radii, angle)),
        Outline::Polygon { points } => format!("polygon {}", way(points)),
        Outline::Stroke { points, radius } => format!("stroke radius {radius}, {}", way(points)),
    };
    match shape.op {
        ShapeOp::Add => outline,
        ShapeOp::Subtract => format!("subtract {outline}"),
        ShapeOp::Intersect => format!("intersect {outline}"),
    }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use dragfx_engine::ImagePoint;

    use super::*;
    use crate::curve::Key;

    #[test]
    fn lines_are_short_and_tame() {
        assert_eq!(line("a\u{1b}[2J\nb\u{202e}c", 20), "a\u{fffd}[2J b\u{fffd}c");
        assert_eq!(line("äöüß", 4), "äöüß");
        assert_eq!(line("äöüßé", 4), "äöü…");
        assert_eq!(line("", 4), "");
    }

    #[test]
    fn values_are_told_in_words() {
        let point = PointPair::new(ImagePoint::new(1.0, 2.5), ImagePoint::new(-3.0, 4.0));
        let cases = [
            (ParamValue::Float(0.1), "0.1"),
            (ParamValue::Text(String::new()), "none"),
            (ParamValue::Points(vec![point.clone()]), "1,2.5 → -3,4"),
            (ParamValue::Points(vec![point.clone(), point]), "2 points"),
            (ParamValue::Shapes(vec![]), "0 shapes"),
        ];
        for (given, expected) in cases {
            assert_eq!(value(&given, 40), expected);
        }
        let key = |frame, value| Key { frame, value: ParamValue::Float(value), interpolation: Interpolation::Linear };
        let curve = Curve::new(vec![key(1.0, 0.0), key(24.0, 0.3), key(48.0, 1.0)]).expect("a curve");
        assert_eq!(param(&Param::Animated(curve), 60), "0 to 1, 3 keys from 1 to 48");
    }

    #[test]
    fn settings_are_told_one_by_one_as_far_as_they_fit() {
        let key = |frame: u32, interpolation| Key {
            frame: f64::from(frame),
            value: ParamValue::Float(f64::from(frame) / 10.0),
            interpolation,
        };
        let told = |keys: Vec<Key>, most| param_in_full(&Param::Animated(Curve::new(keys).expect("a curve")), most);
        let bezier = Interpolation::Bezier { leave: None, arrive: None };
        let three = vec![key(1, Interpolation::Hold), key(5, bezier), key(12, Interpolation::Hold)];
        assert_eq!(told(three.clone(), 80), "1: 0.1 (hold), 5: 0.5 (bezier), 12: 1.2");
        assert_eq!(told(three, 30), "1: 0.1 (hold), … 3 keys");
        let many = told((1..100).map(|frame| key(frame, Interpolation::Linear)).collect(), 160);
        assert!(many.starts_with("1: 0.1, 2: 0.2, ") && many.ends_with(", 8: 0.8, … 99 keys"), "{many}");

        let mut off = PointPair::new(ImagePoint::new(1.0, 2.5), ImagePoint::new(-3.0, 4.0));
        off.enabled = false;
        let named = PointPair { name: Some("a\u{1b}b".to_owned()), enabled: true, ..off.clone() };
        let points = Param::Constant(ParamValue::Points(vec![off, named.clone(), named]));
        let full = "1,2.5 → -3,4 (off); a\u{fffd}b 1,2.5 → -3,4; a\u{fffd}b 1,2.5 → -3,4";
        assert_eq!(param_in_full(&points, 160), full);
        assert_eq!(param_in_full(&points, 50), "1,2.5 → -3,4 (off); a\u{fffd}b 1,2.5 → -3,4; … 3 points");

        let outline = Outline::Rectangle { center: [1.0, 2.0], radii: [3.0, 4.5], angle: 30.0 };
        let stroke = Outline::Stroke { points: vec![[1.0, 2.0]; 100], radius: 2.0 };
        let shapes = vec![Shape { outline, op: ShapeOp::Subtract }, Shape { outline: stroke, op: ShapeOp::Add }];
        let shapes = Param::Constant(ParamValue::Shapes(shapes));
        assert_eq!(param_in_full(&shapes, 160), "subtract rectangle at 1,2 radii 3,4.5 turned 30°; … 2 shapes");
        for most in 0..100 {
            assert!(param_in_full(&shapes, most).chars().count() <= most.max(1), "{most}");
        }
    }
}
