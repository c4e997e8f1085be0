//! Depths, layouts, thumbnails, threads, safe mode.

use std::path::Path;
use std::sync::Arc;

use ofx_host::{Context, Depth, HostSettings, RenderRequest, RowLayout, RowOrder};

use crate::support::{
    Frames, PRESETS, WHOLE, apart, apart_with, difference, instance, library, linear, pixels, render, rendered, small,
};

#[test]
fn any_layout_and_depth_comes_out_the_same() {
    apart("renders::any_layout_and_depth_comes_out_the_same", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let depths = [
            (Depth::Float, 0.0),
            (Depth::Half, 1.0 / 1024.0),
            (Depth::Short, 1.0 / 65535.0),
            (Depth::Byte, 1.0 / 255.0),
        ];
        let rows = depths.into_iter().flat_map(|row| [RowOrder::BottomUp, RowOrder::TopDown].map(|order| (row, order)));
        let whole = |depth: Depth, order: RowOrder| {
            let mut options = small();
            options.project.depth = depth;
            let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, options);
            let request = RenderRequest { layout: RowLayout { order, padding: 12 }, ..RenderRequest::at(1.0) };
            let picture = effect.render(&request).expect("a picture");
            assert_eq!(picture.depth(), depth);
            pixels(&picture, WHOLE)
        };
        let expected = whole(Depth::Float, RowOrder::BottomUp);
        // Integers end at 0 and 1.
        let cut: Vec<_> = expected.iter().map(|pixel| pixel.map(|value| value.clamp(0.0, 1.0))).collect();
        for ((depth, most), order) in rows {
            let expected = if matches!(depth, Depth::Float | Depth::Half) { &expected } else { &cut };
            let difference = difference(&whole(depth, order), expected);
            assert!(difference <= most, "{depth:?} {order:?}: {difference}");
        }
    });
}

#[test]
fn thumbnails_cost_no_drag() {
    apart("renders::thumbnails_cost_no_drag", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
        linear(&effect);
        let request = RenderRequest { thumbnail: true, ..RenderRequest::at(5.0) };
        let found = pixels(&effect.render(&request).expect("a picture"), WHOLE);
        let start = rendered(folder, "a drag", "drag", 5.0, &[("on", "false")]);
        assert_eq!(difference(&found, &start), 0.0);
        assert!(!trajectories(folder), "nothing was dragged");
    });
}

#[test]
fn instances_render_side_by_side() {
    apart("renders::instances_render_side_by_side", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let expected: Vec<_> = {
            let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
            (1..=5).map(|time| render(&effect, f64::from(time))).collect()
        };
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (library, expected) = (&library, &expected);
                scope.spawn(move || {
                    let effect = instance(library, "org.dragfx.preset.a_drag", Context::Generator, small());
                    for round in 0..50 {
                        let frame = (thread + round) % 5;
                        let found = render(&effect, frame as f64 + 1.0);
                        assert_eq!(difference(&found, &expected[frame]), 0.0, "{thread} {round}");
                    }
                });
            }
        });
    });
}

#[test]
fn safe_mode_computes_nothing() {
    apart_with("renders::safe_mode_computes_nothing", &PRESETS, &[("DRAGFX_SAFE_MODE", "1")], |folder| {
        let library = library(folder, HostSettings::default());
        for identifier in ["org.dragfx.preset.a_drag", "org.dragfx.graph"] {
            let effect = instance(&library, identifier, Context::General, small());
            effect.set("transfer", "linear").expect("a choice");
            assert_eq!(render(&effect, 6.0)[0], [0.0; 4], "{identifier}");
            effect.connect("Source", Arc::new(Frames)).expect("a clip");
            assert_eq!(render(&effect, 6.0)[0], [0.6, 0.6, 0.6, 1.0], "{identifier}");
            let told = effect.message().map(|message| message.text).unwrap_or_default();
            assert!(told.contains("DRAGFX_SAFE_MODE"), "{told}");
        }
        assert!(!folder.join("cache/dragfx").join("packs").exists());
    });
}

fn trajectories(folder: &Path) -> bool {
    let kept = std::fs::read_dir(folder.join("cache/dragfx/trajectories"));
    kept.is_ok_and(|kept| kept.flatten().any(|file| file.metadata().is_ok_and(|about| about.len() > 100_000)))
}
