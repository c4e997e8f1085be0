//! A screen of its own for a test: what is on it, and hands that use it.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, ImageFormat, InputFocus, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// A test does not wait for ever.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks at the screen.
const PAUSE: Duration = Duration::from_millis(100);
/// Larger than the window.
const SIZE: &str = "1400x900x24";
/// The first mouse button.
const BUTTON: u8 = 1;

/// Keys by their codes on the keyboard that Xvfb has.
const KEYS: &[(&str, u8)] = &[("control", 37), ("space", 65), ("s", 39), ("q", 24)];

/// Xvfb, and a connection to it.
pub(crate) struct Screen {
    display: String,
    connection: RustConnection,
    root: Window,
    _server: Running,
}

/// A program that ends with the test.
pub(crate) struct Running(Child);

/// A part of the screen: blue, green, red and an unused byte for each pixel.
#[derive(PartialEq)]
pub(crate) struct Picture(Vec<[u8; 4]>);

impl Screen {
    /// Starts one under a number that is free.
    pub(crate) fn start() -> Self {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", SIZE, "-nolisten", "tcp"]);
        let mut server = Running(command.stdout(Stdio::piped()).spawn().expect("Xvfb starts"));
        let mut number = String::new();
        let told = server.0.stdout.take().expect("its output");
        BufReader::new(told).read_line(&mut number).expect("Xvfb says its number");
        let display = format!(":{}", number.trim());
        let (connection, screen) = x11rb::connect(Some(&display)).expect("Xvfb answers");
        let root = connection.setup().roots[screen].root;
        Self { display, connection, root, _server: server }
    }

    /// Runs a program on it.
    pub(crate) fn run(&self, command: &mut Command) -> Running {
        command.env("DISPLAY", &self.display).env("LIBGL_ALWAYS_SOFTWARE", "1");
        command.env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
        Running(command.spawn().expect("the program starts"))
    }

    /// Waits for something.
    #[track_caller]
    pub(crate) fn wait(&self, what: &str, is_so: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(start.elapsed() < PATIENCE, "still waiting for {what}");
            std::thread::sleep(PAUSE);
        }
    }

    /// The window of that title, when it is there.
    #[track_caller]
    pub(crate) fn window(&self, title: &str) -> Window {
        let find = || self.windows(self.root).into_iter().find(|&window| self.title(window) == title);
        self.wait(title, || find().is_some());
        find().expect("it was there a moment ago")
    }

    /// Lets keys go to a window: there is no window manager that would.
    pub(crate) fn focus(&self, window: Window) {
        let asked = self.connection.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME);
        asked.expect("a request").check().expect("the window takes keys");
    }

    /// What is on a part of the screen: left, top, width and height.
    pub(crate) fn picture(&self, [left, top, width, height]: [u16; 4]) -> Picture {
        let (x, y) = (left as i16, top as i16);
        let asked = self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, u32::MAX);
        let image = asked.expect("a request").reply().expect("a picture");
        Picture(image.data.chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2], 0]).collect())
    }

    /// A part of the screen when it has come to rest.
    #[track_caller]
    pub(crate) fn still(&self, part: [u16; 4]) -> Picture {
        let still = || {
            let before = self.picture(part);
            std::thread::sleep(5 * PAUSE);
            before == self.picture(part)
        };
        self.wait("the screen to come to rest", still);
        self.picture(part)
    }

    /// Presses keys one after the other, and lets them go.
    pub(crate) fn press(&self, keys: &[&str]) {
        let code = |key: &&str| KEYS.iter().find(|(name, _)| name == key).expect("a key that the test knows").1;
        let codes: Vec<u8> = keys.iter().map(code).collect();
        codes.iter().for_each(|&code| self.act(KEY_PRESS_EVENT, code, [0, 0]));
        codes.iter().rev().for_each(|&code| self.act(KEY_RELEASE_EVENT, code, [0, 0]));
    }

    /// Drags the mouse from one place to another, with the button held.
    pub(crate) fn drag(&self, from: [i16; 2], to: [i16; 2]) {
        self.act(MOTION_NOTIFY_EVENT, 0, from);
        self.act(BUTTON_PRESS_EVENT, BUTTON, from);
        for step in 1..=8 {
            let between = |axis: usize| from[axis] + (to[axis] - from[axis]) * step / 8;
            self.act(MOTION_NOTIFY_EVENT, 0, [between(0), between(1)]);
        }
        self.act(BUTTON_RELEASE_EVENT, BUTTON, to);
    }

    /// A movement of a hand, and time to be seen.
    fn act(&self, kind: u8, detail: u8, [x, y]: [i16; 2]) {
        let asked = self.connection.xtest_fake_input(kind, detail, x11rb::CURRENT_TIME, self.root, x, y, 0);
        asked.expect("a request").check().expect("Xvfb does it");
        std::thread::sleep(PAUSE / 2);
    }

    /// A window and all that are in it.
    fn windows(&self, window: Window) -> Vec<Window> {
        let tree = self.connection.query_tree(window).ok().and_then(|asked| asked.reply().ok());
        let children = tree.map_or_else(Vec::new, |tree| tree.children);
        let inner = children.into_iter().flat_map(|child| self.windows(child));
        [window].into_iter().chain(inner).collect()
    }

    fn title(&self, window: Window) -> String {
        let read = || {
            let name = self.connection.intern_atom(false, b"_NET_WM_NAME").ok()?.reply().ok()?.atom;
            let asked = self.connection.get_property(false, window, name, AtomEnum::ANY, 0, 1024).ok()?;
            String::from_utf8(asked.reply().ok()?.value).ok()
        };
        read().unwrap_or_default()
    }
}

impl Running {
    /// Waits for its end.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().expect("a program that was started") {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "the program does not end");
            std::thread::sleep(PAUSE);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended needs no end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Picture {
    /// How many colours it has.
    pub(crate) fn colors(&self) -> usize {
        self.0.iter().collect::<BTreeSet<_>>().len()
    }

    /// How many pixels are visibly different.
    pub(crate) fn apart(&self, other: &Self) -> usize {
        let differ = |(a, b): &(&[u8; 4], &[u8; 4])| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > 12);
        self.0.iter().zip(&other.0).filter(differ).count()
    }
}
