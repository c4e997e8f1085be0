//! What the tests stand on: the test plugin, loaded into a host that listens.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ofx_host::{
    Bundle, Components, Context, Depth, Host, HostSettings, Instance, InstanceOptions, Library, Message, MessageKind,
    Observer, Picture, Plugin, PointD, Project, RectI, RowLayout, RowOrder, Still,
};

/// Hears what the plugin says.
#[derive(Default)]
pub(crate) struct Ear {
    pub(crate) messages: Mutex<Vec<Message>>,
    /// How far progress may go.
    pub(crate) patience: Option<f64>,
    /// What questions are answered.
    pub(crate) agrees: bool,
}

impl Observer for Ear {
    fn message(&self, message: &Message) -> bool {
        self.messages.lock().unwrap().push(message.clone());
        self.agrees
    }

    fn progress_update(&self, _plugin: &str, done: f64) -> bool {
        self.patience.is_none_or(|patience| done < patience)
    }
}

impl Ear {
    /// What was logged, and no longer is.
    pub(crate) fn log(&self) -> Vec<String> {
        let mut messages = self.messages.lock().unwrap();
        let log = messages.iter().filter(|message| message.kind == MessageKind::Log);
        let log = log.map(|message| message.text.clone()).collect();
        messages.clear();
        log
    }
}

/// The bundle of the test plugin, in a folder that lives as long as the process.
pub(crate) fn bundle() -> Bundle {
    let name = format!("{}ofx_test_plugin{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let tests = env::current_exe().unwrap();
    let built = tests.parent().and_then(Path::parent).unwrap().join("examples").join(name);
    if !built.is_file() {
        // Whoever runs these tests alone has not built it.
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let arguments = ["build", "--quiet", "--package", "ofx-host", "--example", "ofx_test_plugin"];
        assert!(Command::new(cargo).args(arguments).status().unwrap().success());
    }
    let folder: PathBuf = built.parent().unwrap().to_owned();
    Bundle { root: folder.clone(), binary: built, resources: folder }
}

pub(crate) struct Stage {
    pub(crate) ear: Arc<Ear>,
    pub(crate) host: Host,
    pub(crate) library: Library,
    /// Last, so that the binary is unloaded before others may load it.
    pub(crate) alone: Option<MutexGuard<'static, ()>>,
}

/// Keeps other tests of this process from the binary, which serves one host at a time.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(|_| {}, Ear::default())
    }

    /// With other settings than the default ones.
    pub(crate) fn with(change: impl FnOnce(&mut HostSettings), ear: Ear) -> Self {
        let alone = Some(alone());
        let ear = Arc::new(ear);
        let mut settings = HostSettings { observer: ear.clone(), threads: 2, ..HostSettings::default() };
        change(&mut settings);
        let host = Host::new(settings);
        let library = Library::open(&host, &bundle()).unwrap();
        Self { ear, host, library, alone }
    }

    pub(crate) fn plugin(&self) -> Plugin {
        self.library.plugin("test.instance").unwrap()
    }

    /// A filter with a source, in a mode.
    pub(crate) fn filter(&self, mode: &str) -> Instance {
        let instance = self.plugin().instance(Context::Filter, options(Some(source()))).unwrap();
        instance.set("mode", mode).unwrap();
        self.ear.log();
        instance
    }
}

/// Where the source is, so that no corner is at zero.
pub(crate) const BOUNDS: RectI = RectI::new(-3, 2, 10, 9);

/// A picture whose pixels all differ.
pub(crate) fn source() -> Picture {
    let count = BOUNDS.width() * BOUNDS.height() * 4;
    let numbers: Vec<f32> = (0..count).map(|at| at as f32 / count as f32).collect();
    Picture::from_f32(BOUNDS, Components::Rgba, RowOrder::BottomUp, &numbers).unwrap()
}

pub(crate) fn options(source: Option<Picture>) -> InstanceOptions {
    let still = |picture| ("Source".to_owned(), Arc::new(Still::new(picture, (1.0, 5.0))) as _);
    let project = Project { size: PointD::new(16.0, 12.0), frame_range: (1.0, 5.0), ..Project::default() };
    InstanceOptions { project, clips: source.map(still).into_iter().collect(), params: None }
}

/// What the plugin makes of a picture in a format, within what the format can say.
pub(crate) fn inverted(picture: &Picture, components: Components, depth: Depth) -> Vec<[f32; 4]> {
    let plain = picture.convert(components, depth, RowLayout::default()).unwrap();
    let invert = |pixel: [f32; 4]| match components {
        Components::Rgba => pixel.map(|number| 1.0 - number),
        Components::Rgb => [1.0 - pixel[0], 1.0 - pixel[1], 1.0 - pixel[2], 1.0],
        Components::Alpha => [1.0, 1.0, 1.0, 1.0 - pixel[3]],
    };
    plain.to_rgba(RowOrder::BottomUp).into_iter().map(invert).collect()
}

/// Whether numbers are the same within a step of eight bits and a half.
pub(crate) fn close(one: &[[f32; 4]], other: &[[f32; 4]]) -> bool {
    let near = |(one, other): (&[f32; 4], &[f32; 4])| (0..4).all(|at| (one[at] - other[at]).abs() < 2e-3);
    one.len() == other.len() && one.iter().zip(other).all(near)
}
