//! What parameters say takes the place of what the preset says.

use ofx_host::{Context, HostSettings, RectI, RenderRequest};

use crate::support::{PRESETS, apart, difference, instance, library, linear, pixels, project, render, rendered, small};

#[test]
fn presets_render_as_the_command_line_does() {
    apart("values::presets_render_as_the_command_line_does", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
        linear(&effect);
        let same = |row: &str, time: f64, set: &[(&str, &str)]| {
            let expected = rendered(folder, "a drag", "drag", time, set);
            let found = render(&effect, time);
            assert_eq!(difference(&found, &expected), 0.0, "{row}");
            found
        };
        let start = same("its first frame", 1.0, &[]);
        let end = same("its keyframes play", 5.0, &[]);
        assert!(difference(&start, &end) > 0.01, "the drag moves something");
        effect.set("lambda_", 0.5).expect("a number");
        same("a number takes the place of keyframes", 5.0, &[("drag.progress", "0.5")]);
        effect.set("seed", 4).expect("a number");
        effect.set("method", "reference").expect("a choice");
        let set = [("drag.progress", "0.5"), ("seed", "4"), ("method", "reference")];
        same("several at once", 5.0, &set);
        effect.set("target", [24.5, 24.5]).expect("a point");
        let set = [&set[..], &[("target", "24,7")]].concat();
        same("points are canonical", 5.0, &set);
        effect.set("on", false).expect("a switch");
        same("a point that does not count", 5.0, &[&set[..], &[("on", "false")]].concat());
        assert_eq!(effect.plugin().complaints(), [], "the host has nothing to complain of");
    });
}

#[test]
fn what_the_host_animates_takes_the_place_of_the_presets_keyframes() {
    apart("values::what_the_host_animates_takes_the_place_of_the_presets_keyframes", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
        linear(&effect);
        for (time, value) in [(1.0, 1.0), (3.0, 0.0)] {
            effect.set_at("lambda_", time, value).expect("a keyframe");
        }
        for (time, value) in [(1.0, "1"), (2.0, "0.5"), (3.0, "0"), (5.0, "0")] {
            let expected = rendered(folder, "a drag", "drag", time, &[("drag.progress", value)]);
            assert_eq!(difference(&render(&effect, time), &expected), 0.0, "{time}");
        }
    });
}

#[test]
fn points_are_shown_where_the_preset_has_them_and_mean_what_it_says() {
    apart("values::points_are_shown_where_the_preset_has_them_and_mean_what_it_says", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        // The model has to be known before anybody can tell where its pixels are.
        let first = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
        linear(&first);
        let expected = render(&first, 5.0);
        drop(first);
        let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, project(128.0, 64.0));
        let place = effect.get("start", 0.0).expect("a point").numbers();
        // The square lies in the middle, at twice its size.
        assert_eq!(place, [32.0 + 10.75 * 2.0, 64.0 - 13.0 * 2.0]);
        effect.set("fit", "actual size").expect("a choice");
        let place = effect.get("start", 0.0).expect("a point").numbers();
        assert_eq!(place, [48.0 + 10.75, 48.0 - 13.0]);
        linear(&effect);
        let picture = effect.render(&RenderRequest::at(5.0)).expect("a picture");
        let found = pixels(&picture, RectI { x1: 48, y1: 16, x2: 80, y2: 48 });
        assert_eq!(difference(&found, &expected), 0.0);
        assert_eq!(picture.pixel(47, 32), [0.0; 4], "there is nothing around it");
        effect.set("start", [60.0, 40.0]).expect("a point");
        effect.set("fit", "fit").expect("a choice");
        let place = effect.get("start", 0.0).expect("a point").numbers();
        assert_eq!(place, [60.0, 40.0], "what was touched stays");
    });
}

#[test]
fn a_point_can_be_moved_before_its_model_was_ever_used() {
    apart("values::a_point_can_be_moved_before_its_model_was_ever_used", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
        linear(&effect);
        effect.set("target", [24.5, 24.5]).expect("a point");
        let expected = rendered(folder, "a drag", "drag", 5.0, &[("target", "24,7")]);
        assert_eq!(difference(&render(&effect, 5.0), &expected), 0.0);
    });
}
