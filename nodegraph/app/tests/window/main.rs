//! The real window on a screen that nobody sees: the program itself, drawn by the software renderer of Mesa, under Xvfb.

#[cfg(target_os = "linux")]
mod screen;

#[cfg(target_os = "linux")]
mod linux {
    use std::path::Path;
    use std::process::Command;

    use dragfx_graph::document::{Document, Edit};
    use dragfx_graph::models::ModelRef;
    use dragfx_graph::param::{Param, ParamValue};
    use dragfx_graph::preset;
    use dragfx_graph::registry::Registry;

    use crate::screen::{Picture, Screen};

    /// The part of the window where the middle of the picture is.
    const MIDDLE: [u16; 4] = [420, 160, 200, 200];
    /// Its middle.
    const CENTER: [i16; 2] = [520, 260];

    /// The document that people see first, in a file.
    fn first_document(path: &Path) {
        let model = ModelRef {
            file: dragfx_bundled::FILE.to_owned(),
            blake3: Some(dragfx_bundled::BLAKE3.to_owned()),
            path: None,
        };
        let mut document = dragfx_editor::starter(&Registry::standard(), model);
        let node = document.by_name("drag1").expect("the drag").id;
        // Enough to be seen, and soon over.
        let value = Some(Param::Constant(ParamValue::Int(12)));
        document.apply(Edit::SetParam { node, param: "max_steps".to_owned(), value }).expect("a parameter");
        preset::save(path, &document).expect("the preset is written");
    }

    fn points(document: &Document) -> usize {
        match document.by_name("points1").and_then(|node| node.params.get("points")) {
            Some(Param::Constant(ParamValue::Points(points))) => points.len(),
            _ => 0,
        }
    }

    /// Whether the picture is there: it has more colours than a window without one.
    fn is_picture(picture: &Picture) -> bool {
        picture.colors() > 500
    }

    #[test]
    #[ignore = "it needs Xvfb; `cargo xtask test` runs it where that is installed"]
    fn a_point_is_dragged_saved_and_the_window_closed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("first.dragfx");
        first_document(&path);
        let screen = Screen::start();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dragfx"));
        command.arg("edit").arg(&path).args(["--device", "cpu"]).env("XDG_STATE_HOME", folder.path());
        let mut program = screen.run(&mut command);
        let window = screen.window("first.dragfx — DragFX");
        screen.focus(window);
        screen.wait("the first picture", || is_picture(&screen.picture(MIDDLE)));
        let before = screen.still(MIDDLE);
        assert!(is_picture(&before));

        screen.drag(CENTER, [CENTER[0] + 40, CENTER[1] - 10]);
        screen.press(&["space"]);
        screen.wait("the picture to move", || screen.picture(MIDDLE).apart(&before) > 4000);
        screen.still(MIDDLE);

        screen.press(&["control", "s"]);
        let registry = Registry::standard();
        let saved = || preset::load(&path, &registry).is_ok_and(|document| points(&document) == 1);
        screen.wait("the preset to be saved", saved);
        screen.press(&["control", "q"]);
        let status = program.wait();
        assert!(status.success(), "{status}");
        assert!(!folder.path().join("first.dragfx~").exists(), "nothing is left to be recovered");
    }
}
