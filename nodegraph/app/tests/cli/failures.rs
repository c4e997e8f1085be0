//! Exit codes and messages of what cannot be done. `refused` also sees that nothing is left behind.

use image::{Rgb, RgbImage};
use ndarray::Array2;

use crate::support::{Desk, Run};

const MODEL: &str = "-m @sg2-64.pkl --seed 0";
const DRAG: &str = "drag -m @sg2-64.pkl --seed 0 --handle 20,20 --target 30,30 --steps 2 -o a.png";

#[test]
fn options_are_checked() {
    let desk = Desk::new();
    let cases: &[(&str, &[&str])] = &[
        ("drag --no-such-option", &["--no-such-option"]),
        ("no-such-command", &["no-such-command"]),
        ("generate -m @sg2-64.pkl -o a.png", &["--seed"]),
        ("generate -m @sg2-64.pkl --seed 0 --latent w.npy -o a.png", &["--latent", "cannot be used with"]),
        ("generate -m @sg2-64.pkl --seed 5-3 -o a.png", &["5-3", "backwards"]),
        ("generate -m @sg2-64.pkl --seed -1 -o a.png", &["-1"]),
        ("generate -m @sg2-64.pkl --seed 0-400 -o a.png", &["at most 400"]),
        ("generate -m @sg2-64.pkl --seed 0 --noise loud -o a.png", &["loud", "random"]),
        ("generate -m @sg2-64.pkl --seed 0 --psi nan -o a.png", &["psi", "finite"]),
        ("generate -m @sg2-64.pkl --seed 0 --device tpu -o a.png", &["tpu"]),
        ("drag -m @sg2-64.pkl --seed 0 --handle 3 --target 4,4 -o a.png", &["3", "X,Y"]),
        ("model random -o a.safetensors --resolution 48", &["48", "power of two"]),
    ];
    for (line, words) in cases {
        desk.refused(2, line, words);
    }
    let settings: &[(&str, &[&str])] = &[
        ("--lr 0", &["--lr is 0", "above 0"]),
        ("--lr 7", &["--lr is 7", "at most 1"]),
        ("--lambda -1", &["--lambda is -1", "between 0 and 1000"]),
        ("--reg nan", &["--reg is NaN"]),
        ("--r1 0", &["--r1 is 0", "between 1 and 128"]),
        ("--r2 1000", &["--r2 is 1000"]),
        ("--method telepathy", &["telepathy", "reference", "paper"]),
        ("--space z", &["--space", "w+"]),
        ("--frames 1", &["--frames"]),
        ("--tap 5", &["block 5", "blocks 0"]),
    ];
    for (setting, words) in settings {
        desk.refused(2, &format!("{DRAG} {setting}"), words);
    }
    desk.refused(2, &DRAG.replace("--steps 2", "--steps 0"), &["--steps is 0", "between 1 and 100000"]);
}

#[test]
fn points_are_checked() {
    let desk = Desk::new();
    let drag = |points: &str| format!("drag {MODEL} {points} -o a.png");
    desk.refused(2, &drag("--handle 1,1 --handle 2,2 --target 3,3"), &["2 handles", "1 target"]);
    desk.refused(2, &drag("--handle 1,1 --target 2,2 --target 3,3"), &["1 handle", "2 targets"]);
    desk.refused(2, &drag("--handle 64,3 --target 3,3"), &["(64, 3)", "outside", "64x64"]);
    desk.refused(2, &drag("--handle 3,-0.5 --target 3,3"), &["(3, -0.5)", "outside"]);
    // A target may lie anywhere.
    desk.ok(&drag("--handle 63,3 --target 90,-20 --steps 1"));
}

#[test]
fn masks_are_checked() {
    let desk = Desk::new();
    let drag = |mask: &str| format!("{DRAG} --mask {mask}");
    desk.write_mask("wide.png", &Array2::from_shape_fn((32, 64), |(y, _)| (y % 2) as f32));
    desk.refused(2, &drag("wide.png"), &["64x32", "64x64"]);
    desk.refused(2, &drag("none.png"), &["none.png"]);
    std::fs::write(desk.path("text.png"), "not a picture").expect("written");
    desk.refused(2, &drag("text.png"), &["text.png"]);
}

#[test]
fn classes_are_checked() {
    let desk = Desk::new();
    let conditional = "generate -m @sg2-64-conditional.pkl --seed 0 -o a.png";
    desk.refused(2, &format!("{conditional} --class 0 --class 1"), &["2 classes"]);
    desk.refused(2, &format!("{conditional} --class 3"), &["no class 3", "0 to 2"]);
    desk.refused(2, &format!("generate {MODEL} --class 0 -o a.png"), &["no class 0", "unconditional"]);
    desk.refused(2, &format!("{DRAG} --class 0"), &["unconditional"]);
}

#[test]
fn names_of_outputs_are_checked_before_any_work() {
    let desk = Desk::new();
    let picture = format!("generate {MODEL}");
    let cases = [
        (format!("{picture} -o a.bmp"), ["a.bmp", ".png"]),
        (format!("{picture} -o a"), ["a", ".jpg"]),
        (format!("{picture} -o a.png --raw a.bin"), ["a.bin", ".npy"]),
        (format!("latent {MODEL} -o a.txt"), ["a.txt", ".safetensors"]),
        (format!("{DRAG} --animation a.mp4"), ["a.mp4", ".webp"]),
        (format!("{DRAG} --save-latent a.pt"), ["a.pt", ".npy"]),
        (format!("{DRAG} --trace a.csv"), ["a.csv", ".npz"]),
        (DRAG.replace("a.png", "a.gif"), ["a.gif", ".png"]),
        ("model random -o a.pt".to_owned(), ["a.pt", ".safetensors"]),
    ];
    for (line, words) in cases {
        desk.refused(2, &line, &words);
        assert!(!desk.cache().exists(), "{line}: the model was imported before the name was looked at");
    }
}

#[test]
fn latents_of_other_models_are_refused() {
    let desk = Desk::new();
    let generate = "generate -m @sg2-64.pkl -o a.png --latent";
    let drag = "drag -m @sg2-64.pkl --handle 20,20 --target 30,30 -o a.png --latent";
    desk.ok("latent -m @sg2-64-conditional.pkl --seed 0 -o other.npy");
    desk.ok("latent -m @sg2-64.pkl --seed 0 -o own.npy");
    std::fs::write(desk.path("text.npy"), "not an array").expect("written");
    for command in [generate, drag, "latent -m @sg2-64.pkl -o b.npy --latent"] {
        desk.refused(2, &format!("{command} other.npy"), &["other.npy", "[1, 10, 96]", "[1, 10, 128]"]);
        desk.refused(2, &format!("{command} text.npy"), &["text.npy"]);
        desk.refused(2, &format!("{command} none.npy"), &["none.npy"]);
        desk.refused(2, &format!("{command} own.npy --psi 0.5"), &["--psi", "seeds"]);
    }
}

#[test]
fn what_is_no_model_is_refused() {
    let desk = Desk::new();
    let jpeg = RgbImage::from_pixel(16, 16, Rgb([200, 100, 50]));
    jpeg.save(desk.path("face.jpg")).expect("the picture is written");
    let pickle = std::fs::read(dragfx_tests::fixtures().join("sg2-64.pkl")).expect("a fixture");
    std::fs::write(desk.path("half.pkl"), &pickle[..pickle.len() / 2]).expect("written");
    std::fs::write(desk.path("empty.pt"), "").expect("written");
    std::fs::create_dir(desk.path("folder")).expect("a folder");
    let commands = [
        "model import MODEL",
        "model import MODEL -o pack",
        "model info MODEL",
        "model verify MODEL",
        "generate -m MODEL --seed 0 -o a.png",
        "latent -m MODEL --seed 0 -o a.npy",
        "drag -m MODEL --seed 0 --handle 1,1 --target 2,2 -o a.png",
    ];
    for command in commands {
        let with = |model: &str| command.replace("MODEL", model);
        desk.refused(2, &with("face.jpg"), &["face.jpg", "JPEG"]);
        desk.refused(2, &with("half.pkl"), &["half.pkl"]);
        desk.refused(2, &with("empty.pt"), &["empty.pt", "empty"]);
        desk.refused(2, &with("folder"), &["folder"]);
        desk.refused(4, &with("none.pkl"), &["none.pkl"]);
    }
    assert!(crate::support::tree(&desk.cache().join("models")).is_empty(), "nothing was imported");
}

/// A device that is not there is the machine's failure, not the user's.
#[test]
fn devices_that_do_not_work_are_named() {
    let desk = Desk::new();
    desk.refused(3, &format!("generate {MODEL} -o a.png --device cuda:4000000"), &["cuda:4000000"]);
}

/// Where standard error is no terminal there are no bars on it, only the one line of an error.
#[test]
fn standard_error_is_for_errors() {
    let desk = Desk::new();
    let lines = [
        "model import @sg2-64.pkl",
        "model info @sg2-64.pkl",
        "model verify @sg2-64.pkl",
        "generate -m @sg2-64.pkl --seed 0-2 -o a.png",
        "latent -m @sg2-64.pkl --seed 0 -o a.npy",
        DRAG,
    ];
    for line in lines {
        let run = desk.run(line);
        assert!(run.status.success(), "{line}: {}", run.stderr);
        assert_eq!(run.stderr, "", "{line}");
    }
    let run = desk.run("generate -m none.pkl --seed 0 -o a.png");
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_screen_the_editor_says_what_works() {
    let desk = Desk::new();
    for line in ["", "edit", "edit a.dragfx --safe-mode"] {
        let mut command = desk.command(line);
        let run = Run::of(command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET"));
        assert_eq!(run.status.code(), Some(3), "{line}: {}", run.stderr);
        assert!(run.stderr.contains("no screen answers") && run.stderr.contains("dragfx render"), "{}", run.stderr);
    }
}
