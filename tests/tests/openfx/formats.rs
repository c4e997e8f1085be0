//! Every way in which a host may store pixels.

use std::sync::Arc;

use ofx_host::{
    Components, Context, Depth, HostSettings, Instance, InstanceOptions, Picture, PointD, Project, RectI,
    RenderRequest, RowLayout, RowOrder, Still,
};

use crate::bundle::{effect, generator};

const EFFECT: &str = "org.dragfx.preset.one_drag";

/// What half a step of a depth is, of what lies between 0 and 1.
fn tolerance(depth: Depth) -> f32 {
    match depth {
        Depth::Byte => 0.51 / 255.0,
        Depth::Short => 0.51 / 65535.0,
        Depth::Half => 1.0 / 2048.0,
        Depth::Float => 0.0,
    }
}

#[test]
fn depths_components_and_layouts_hold_the_same_picture() {
    let reference =
        generator(&effect(EFFECT, HostSettings::default())).render(&RenderRequest::at(1.0)).expect("a picture");
    let layouts = [
        RowLayout { order: RowOrder::BottomUp, padding: 0 },
        RowLayout { order: RowOrder::TopDown, padding: 0 },
        RowLayout { order: RowOrder::TopDown, padding: 52 },
    ];
    let mut wrong = Vec::new();
    for &depth in Depth::ALL {
        for &components in Components::ALL {
            let settings =
                HostSettings { depths: vec![depth], components: vec![components], ..HostSettings::default() };
            let project = Project { size: PointD::new(256.0, 256.0), depth, components, ..Project::default() };
            let plugin = effect(EFFECT, settings);
            let options = InstanceOptions { project, ..InstanceOptions::default() };
            let instance = plugin.instance(Context::Generator, options).expect("an instance");
            for layout in layouts {
                let picture = instance.render(&RenderRequest { layout, ..RenderRequest::at(1.0) });
                match picture {
                    Ok(picture) => {
                        assert_eq!((picture.depth(), picture.components()), (depth, components));
                        let worst = distance(&picture, &reference, components);
                        if worst > tolerance(depth) {
                            wrong.push(format!("{depth} {components} {layout:?}: off by {worst}"));
                        }
                    }
                    Err(error) => wrong.push(format!("{depth} {components} {layout:?}: {error}")),
                }
            }
            wrong.extend(plugin.complaints().into_iter().map(|complaint| format!("{depth} {components}: {complaint}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The greatest difference of the numbers that the components have, where integers can hold them.
fn distance(picture: &Picture, reference: &Picture, components: Components) -> f32 {
    let channels = match components {
        Components::Rgba => 0..4,
        Components::Rgb => 0..3,
        Components::Alpha => 3..4,
    };
    let pixels = picture.to_rgba(RowOrder::TopDown).into_iter().zip(reference.to_rgba(RowOrder::TopDown));
    let differences = pixels.flat_map(|(a, b)| channels.clone().map(move |channel| (a[channel], b[channel])));
    let cut = |value: f32| if picture.depth() == Depth::Float { value } else { value.clamp(0.0, 1.0) };
    differences.map(|(a, b)| (cut(a) - cut(b)).abs()).fold(0.0, f32::max)
}

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
fn a_picture_lies_in_its_source_wherever_that_is() {
    let rects = [(0, 0, 512, 300), (-64, -32, 447, 269), (100, 50, 101, 51), (7, 3, 20, 200)];
    for (x1, y1, x2, y2) in rects {
        let bounds = RectI { x1, y1, x2, y2 };
        let instance = filter(bounds);
        instance.set("overSource", true).expect("a switch");
        let picture = instance.render(&RenderRequest::at(1.0)).expect("a picture");
        let corner = picture.pixel(x1, y1);
        // A wide or high source is seen beside the square picture.
        if bounds.width().abs_diff(bounds.height()) > 2 {
            assert_eq!(corner, [0.25, 0.5, 0.75, 1.0], "{bounds:?}");
        }
        let middle = picture.pixel(x1.midpoint(x2), y1.midpoint(y2));
        assert_ne!(middle, [0.25, 0.5, 0.75, 1.0], "{bounds:?}");
        assert_eq!(middle[3], 1.0, "{bounds:?}");
    }
}
