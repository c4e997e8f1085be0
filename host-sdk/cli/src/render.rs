//! `ofx render`.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use ofx_host::{
    ClipSource, Context, Host, HostSettings, InstanceOptions, Plugin, PointD, Project, RenderRequest, RowLayout,
    RowOrder,
};
use serde_json::json;

use crate::args::{Common, Render};
use crate::files::{Files, name, save};
use crate::{console, find, print, setting};

/// Renders frames to files.
pub(crate) fn run(common: &Common, args: &Render) -> Result<()> {
    let frames = args.frames;
    if frames.first != frames.last && !args.output.contains('#') {
        bail!("`{}` would be overwritten by every frame: say where the number goes, as in out.####.png", args.output);
    }
    let host = Host::new(settings(args));
    let plugin = find::plugin(&host, common, &args.plugin)?;
    let context = context(&plugin, args)?;
    let range = (f64::from(frames.first), f64::from(frames.last));
    let clips = inputs(&plugin, context, args, range)?;
    let region = clips.first().map(|(_, files)| files.region_of_definition(range.0));
    let size = match (args.size, region) {
        (Some((width, height)), _) => PointD::new(f64::from(width), f64::from(height)),
        (None, Some(region)) => PointD::new(region.x2, region.y2),
        (None, None) => PointD::new(512.0, 512.0),
    };
    let project = Project { size, frame_range: range, ..Project::default() };
    let clips = clips.into_iter().map(|(clip, files)| (clip, files as Arc<dyn ClipSource>)).collect();
    let rendered = render(&plugin, context, args, range, InstanceOptions { project, clips, params: None });
    if common.complaints {
        console::complain(&plugin.complaints());
    }
    rendered
}

fn render(plugin: &Plugin, context: Context, args: &Render, range: (f64, f64), options: InstanceOptions) -> Result<()> {
    let instance = plugin.instance(context, options)?;
    args.set.iter().try_for_each(|text| setting::apply(&instance, text))?;
    args.press.iter().try_for_each(|button| instance.press(button))?;

    let cancel = Arc::new(AtomicBool::new(false));
    let pressed = cancel.clone();
    ctrlc::set_handler(move || pressed.store(true, Ordering::Relaxed)).context("Ctrl-C cannot be listened for")?;
    let request = RenderRequest {
        window: args.window,
        scale: PointD::new(args.scale, args.scale),
        draft: args.draft,
        identity: !args.no_identity,
        layout: RowLayout { order: if args.top_down { RowOrder::TopDown } else { RowOrder::BottomUp }, padding: 0 },
        cancel: Some(cancel),
        ..RenderRequest::default()
    };
    let (mut failed, mut begun) = (None, Instant::now());
    instance.render_sequence(range, f64::from(args.frames.step), &request, |time, picture| {
        let file = name(&args.output, time);
        let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
        if let Err(error) = save(&file, &picture) {
            failed = Some(error);
            return ControlFlow::Break(());
        }
        if args.json {
            let bounds = picture.bounds();
            let bounds = [bounds.x1, bounds.y1, bounds.x2, bounds.y2];
            let line = json!({ "frame": time, "file": file, "milliseconds": milliseconds, "bounds": bounds });
            print(&line.to_string());
        } else {
            print(&format!("{file} ({milliseconds:.1} ms)"));
        }
        begun = Instant::now();
        ControlFlow::Continue(())
    })?;
    failed.map_or(Ok(()), Err)
}

fn settings(args: &Render) -> HostSettings {
    let mut settings = HostSettings { observer: Arc::new(console::Console::default()), ..HostSettings::default() };
    if let Some(depth) = args.depth {
        settings.depths = vec![depth];
    }
    if let Some(components) = args.components {
        settings.components = vec![components];
    }
    if let Some(threads) = args.threads {
        settings.threads = threads;
    }
    settings
}

/// What the plugin is used as.
fn context(plugin: &Plugin, args: &Render) -> Result<Context> {
    if let Some(context) = args.context {
        return Ok(context);
    }
    use Context::{Filter, General, Generator, Paint, Retimer, Transition};
    let order = match args.input.len() {
        0 => [Generator, General, Filter, Paint, Retimer, Transition],
        1 => [Filter, General, Paint, Retimer, Generator, Transition],
        _ => [Transition, General, Filter, Paint, Retimer, Generator],
    };
    let best = order.into_iter().find(|context| plugin.contexts().any(|one| one == *context));
    best.with_context(|| format!("{} can be used as nothing that this host knows", plugin.identifier()))
}

/// The clips and their files. A file without a clip's name goes to the next clip that has none.
fn inputs(plugin: &Plugin, context: Context, args: &Render, range: (f64, f64)) -> Result<Vec<(String, Arc<Files>)>> {
    let described = plugin.describe(context)?;
    let clips: Vec<_> = described.clips.iter().filter(|clip| clip.name != "Output").collect();
    let named = |text: &'_ str| {
        let (clip, file) = text.split_once('=')?;
        clips.iter().find(|one| one.name == clip).map(|one| (*one, file.to_owned()))
    };
    let mut taken: Vec<_> = args.input.iter().filter_map(|text| named(text)).collect();
    for text in args.input.iter().filter(|text| named(text).is_none()) {
        let free = clips.iter().find(|clip| taken.iter().all(|(other, _)| other.name != clip.name));
        let names: Vec<_> = clips.iter().map(|clip| clip.name.as_str()).collect();
        let free = free.with_context(|| {
            format!("{} as a {context} has no clip for {text}; it has {}", plugin.identifier(), names.join(", "))
        })?;
        taken.push((*free, text.clone()));
    }
    let open = |(clip, file): (&ofx_host::ClipDescription, String)| {
        let mask = clip.mask || clip.components == [ofx_host::Components::Alpha];
        Ok((clip.name.clone(), Arc::new(Files::open(&file, range, mask)?)))
    };
    taken.into_iter().map(open).collect()
}
