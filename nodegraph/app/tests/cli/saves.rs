//! Saves that are killed.

use std::process::Stdio;
use std::time::Duration;

use crate::support::Desk;

/// The file is the old one or the new one, always whole, wherever in a save the kill comes.
#[test]
fn a_killed_save_leaves_the_old_or_the_new_file() {
    let desk = Desk::new();
    desk.ok("graph new a.dragfx --title A");
    desk.ok("graph add a.dragfx latent");
    // Long enough for a write to be cut in two.
    let long = "long ".repeat(20_000);
    let mut texts = vec![desk.ok("graph show a.dragfx --json")];
    let (mut old, mut new) = (0, 0);
    for round in 0..200_u64 {
        let before = texts.last().expect("a text").clone();
        let mut command = desk.command("graph set a.dragfx");
        command.arg(format!("latent1.seed={round}")).arg(format!("latent1.file={long}{round}"));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        // From before its first instruction to long after its last.
        std::thread::sleep(Duration::from_micros(round * 100));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        let now = std::fs::read_to_string(desk.path("a.dragfx")).expect("the file is there");
        if now == before {
            old += 1;
        } else {
            assert!(now.contains(&format!("\"seed\": {round}")), "round {round} left something else");
            new += 1;
        }
        // It is read without a complaint.
        assert_eq!(desk.ok("graph show a.dragfx --json"), now);
        texts.push(now);
    }
    assert!(old > 0 && new > 0, "kills came before and after the save: {old} and {new}");
}
