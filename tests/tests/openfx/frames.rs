//! Parts, proxies and sources of every shape.

use std::sync::Arc;

use ofx_host::{
    Components, Context, HostSettings, Instance, InstanceOptions, Picture, PointD, Project, RectI, RenderRequest,
    RowOrder, Still,
};

use crate::bundle::{effect, generator};

const EFFECT: &str = "org.dragfx.preset.one_drag";

#[test]
fn parts_and_proxies_are_parts_and_proxies_of_the_whole() {
    let instance = generator(&effect(EFFECT, HostSettings::default()));
    let whole = instance.render(&RenderRequest::at(1.0)).expect("a picture");
    for window in [(3, 5, 250, 9), (0, 0, 1, 1), (255, 255, 256, 256), (17, 100, 240, 229)] {
        let (x1, y1, x2, y2) = window;
        let request = RenderRequest { window: Some(RectI { x1, y1, x2, y2 }), ..RenderRequest::at(1.0) };
        let part = instance.render(&request).expect("a part");
        let same = (y1..y2).all(|y| (x1..x2).all(|x| part.pixel(x, y) == whole.pixel(x, y)));
        assert!(same, "{window:?}");
    }
    for scale in [0.5, 0.25, 1.0 / 3.0] {
        let request = RenderRequest { scale: PointD::new(scale, scale), ..RenderRequest::at(1.0) };
        let proxy = instance.render(&request).expect("a proxy");
        let middle = |picture: &Picture, scale: f64| {
            let at = (128.0 * scale) as i32;
            picture.pixel(at, at)
        };
        let (small, large) = (middle(&proxy, scale), middle(&whole, 1.0));
        let near = small.iter().zip(large).all(|(a, b)| (a - b).abs() < 0.1);
        assert!(near, "at {scale} the middle is {small:?}, not {large:?}");
    }
}

/// A source of this size, whose pixels are all the same.
fn source(bounds: RectI, colour: [f32; 4]) -> Arc<Still> {
    let pixels: Vec<f32> = colour.iter().copied().cycle().take(bounds.width() * bounds.height() * 4).collect();
    let picture = Picture::from_f32(bounds, Components::Rgba, RowOrder::BottomUp, &pixels).expect("a picture");
    Arc::new(Still::new(picture, (1.0, 48.0)))
}

fn filter(bounds: RectI) -> Instance {
    let options = InstanceOptions {
        project: Project { size: PointD::new(512.0, 300.0), ..Project::default() },
        clips: vec![("Source".to_owned(), source(bounds, [0.25, 0.5, 0.75, 1.0]))],
        ..InstanceOptions::default()
    };
    effect("org.dragfx.drag", HostSettings::default()).instance(Context::Filter, options).expect("an instance")
}

#[test]
fn a_picture_lies_in_the_project_wherever_its_source_is() {
    let rects = [(0, 0, 512, 300), (-64, -32, 447, 269), (100, 50, 101, 51), (7, 3, 20, 200), (500, -10, 700, 400)];
    for (x1, y1, x2, y2) in rects {
        let bounds = RectI { x1, y1, x2, y2 };
        let instance = filter(bounds);
        instance.set("overSource", true).expect("a switch");
        let picture = instance.render(&RenderRequest::at(1.0)).expect("a picture");
        let colour = [0.25, 0.5, 0.75, 1.0];
        // The square picture is 300 high, in the middle of 512.
        for (x, y) in [(x1, y1), (x2 - 1, y2 - 1)] {
            let is_seen = !(106..406).contains(&x) || !(0..300).contains(&y);
            assert_eq!(picture.pixel(x, y) == colour, is_seen, "{bounds:?} at {x}, {y}");
        }
        let middle = picture.pixel(256, 150);
        assert!(middle != colour && middle[3] == 1.0, "{bounds:?}: {middle:?}");
    }
}
