//! A preset that is chosen in the host.

use ofx_host::{Context, HostSettings, InstanceOptions, RenderRequest};

use crate::support::{PRESETS, apart, difference, instance, library, linear, preset, render, rendered, small};

#[test]
fn a_preset_that_is_chosen_fills_slots() {
    apart("chosen::a_preset_that_is_chosen_fills_slots", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let effect = instance(&library, "org.dragfx.graph", Context::Generator, small());
        assert!(render(&effect, 1.0).iter().all(|pixel| *pixel == [0.0; 4]), "nothing is chosen");
        linear(&effect);
        let file = preset(folder, "a drag").display().to_string();
        effect.set("preset", file).expect("a file");
        let number = |name: &str| effect.get(name, 0.0).expect("a parameter");
        assert_eq!(number("text1"), "paper".into());
        assert_eq!(number("switch1"), true.into());
        let same = |row: &str, set: &[(&str, &str)]| {
            let expected = rendered(folder, "a drag", "drag", 5.0, set);
            assert_eq!(difference(&render(&effect, 5.0), &expected), 0.0, "{row}");
        };
        same("as the preset says", &[]);
        effect.set("whole1", 4).expect("a number");
        effect.set("text1", "reference").expect("a text");
        same("with other values", &[("seed", "4"), ("method", "reference")]);
        effect.set("text1", "fast").expect("a text");
        assert!(effect.render(&RenderRequest::at(5.0)).is_err());
        let told = effect.message().map(|message| message.text).unwrap_or_default();
        assert!(told.contains("there is no choice `fast`"), "{told}");
        effect.press("reload").expect("a button");
        same("as the preset says again", &[]);
        assert_eq!(effect.plugin().complaints(), [], "the host has nothing to complain of");
    });
}

#[test]
fn a_preset_is_found_again_where_the_project_is_opened_elsewhere() {
    apart("chosen::a_preset_is_found_again_where_the_project_is_opened_elsewhere", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let moved = folder.join("a drag.dragfx");
        std::fs::copy(preset(folder, "a drag"), &moved).expect("a file");
        let effect = instance(&library, "org.dragfx.graph", Context::Generator, small());
        effect.set("preset", moved.display().to_string()).expect("a file");
        effect.set("whole1", 4).expect("a number");
        linear(&effect);
        let expected = render(&effect, 5.0);
        let saved = effect.save().expect("a project");
        drop(effect);
        std::fs::remove_file(&moved).expect("the file is gone");
        let options = InstanceOptions { params: Some(saved.clone()), ..small() };
        let effect = instance(&library, "org.dragfx.graph", Context::Generator, options);
        assert_eq!(difference(&render(&effect, 5.0), &expected), 0.0, "the bundle has it, too");
        std::fs::write(preset(folder, "a drag"), "another file").expect("a file");
        assert!(effect.render(&RenderRequest::at(5.0)).is_err());
        let told = effect.message().map(|message| message.text).unwrap_or_default();
        assert!(told.contains("a drag.dragfx (BLAKE3") && told.contains("is missing; looked at"), "{told}");
    });
}
