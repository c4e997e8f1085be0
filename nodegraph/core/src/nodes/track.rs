//! Track: where points are, frame by frame.

use std::sync::Arc;

use dragfx_engine::track::{Metric, template, track};
use dragfx_engine::{DragModel, ImagePoint, NoiseMode, PointPair, Regions};

use crate::declare::{Arity, Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::operator::{Job, Operator, Params, Query, Reads};
use crate::raster::matching::{Patch, follow};
use crate::value::{LatentValue, PortType, Sample, Track, Tracks, Trajectory, Value};

pub(crate) struct TrackNode {
    decl: NodeDecl,
}

/// Most frames of a track: each of them is computed, and a slip of the finger must not order a million.
const MOST_FRAMES: i64 = 100_000;
const FARTHEST: i64 = 10_000_000;

impl TrackNode {
    pub(crate) fn new() -> Self {
        let doc = "A track for each point, with a confidence. Of a trajectory: where the drag's handles went, spread \
                   evenly over the frames, or with the Drag's points beside it, as its progress plays them. Of \
                   latents: the points are followed in the generator's features. Of images: by the likeness of what is \
                   around them. Points are meant on the first frame there.";
        let decl = NodeDecl::new("track", 1, "Track", Category::Drag, doc)
            .input("trajectory", PortType::Trajectory, Arity::Optional, "The way of a drag. Taken before latents.")
            .input("latent", PortType::Latent, Arity::Optional, "Latents that change over frames. Taken before images.")
            .input("image", PortType::Image, Arity::Optional, "Images that change over frames.")
            .input(
                "points",
                PortType::Points,
                Arity::Optional,
                "What to follow in latents and images: the handles of enabled points. Beside a trajectory, the Drag's \
                 points at each frame.",
            )
            .output("tracks", PortType::Tracks, "The tracks.")
            .output("place", PortType::Tracks, "Where the points are at the frame: a track of that one.")
            .param(ParamDecl::int("first_frame", "First frame", 1, -FARTHEST..=FARTHEST, "Where the tracks begin."))
            .param(ParamDecl::int(
                "last_frame",
                "Last frame",
                48,
                -FARTHEST..=FARTHEST,
                "Where the tracks end. Not after the first frame: a trajectory then has a frame for each step.",
            ))
            .param(
                ParamDecl::int(
                    "search",
                    "Search reach",
                    12,
                    1..=256,
                    "How far a point is looked for from frame to frame.",
                )
                .unit("px"),
            )
            .param(
                ParamDecl::int(
                    "patch",
                    "Patch radius",
                    8,
                    1..=64,
                    "How much around a point must look alike, in images.",
                )
                .unit("px"),
            )
            .param(ParamDecl::int(
                "tap",
                "Feature block",
                -1,
                -1..=8,
                "Block whose features are compared, in latents: 0 is 4x4. -1 for 128x128, or the last.",
            ));
        Self { decl }
    }
}

impl Operator for TrackNode {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        let in_images =
            query.is_connected("image") && !query.is_connected("latent") && !query.is_connected("trajectory");
        match output {
            "place" if in_images => return place_in_image(query),
            "place" => return Ok(Reads { frame: true, ..Reads::default().own("tracks", query.frame) }),
            _ => {}
        }
        let reads = Reads::default().params(["first_frame", "last_frame"]);
        let all =
            |reads, frames: &[f64], input| frames.iter().fold(reads, |reads: Reads, &frame| reads.input(input, frame));
        if query.is_connected("trajectory") {
            let reads = reads.input("trajectory", query.frame);
            let played = query.is_connected("points");
            return Ok(if played { all(reads, &frames(query.params)?, "points") } else { reads });
        }
        let frames = frames(query.params)?;
        let first = frames[0];
        if query.is_connected("latent") {
            Ok(all(reads.input("points", first).params(["search", "tap"]).device(), &frames, "latent"))
        } else if in_images {
            // Each place follows from that of the frame before, so that no more than three images are needed at a time.
            Ok(frames.iter().fold(reads, |reads, &frame| reads.own("place", frame)))
        } else {
            Err(NodeError::NotConnected { input: "trajectory`, `latent` or `image".to_owned() })
        }
    }

    fn evaluate(&self, output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let tracks = match output {
            "place" if job.image("image").is_ok() => followed(job)?,
            "place" => at_frame(job),
            _ if job.trajectory("trajectory").is_ok() => of_trajectory(job.trajectory("trajectory")?, job)?,
            _ if job.latent("latent").is_ok() => of_latents(job)?,
            _ => joined(job),
        };
        Ok(Value::Tracks(Arc::new(tracks)))
    }
}

/// What the place in an image reads: the first frame, where the points are meant, and the place in the frame before.
fn place_in_image(query: &Query<'_>) -> Result<Reads, NodeError> {
    let first = frames(query.params)?[0];
    let reads =
        Reads::default().params(["first_frame", "search", "patch"]).input("points", first).input("image", first);
    let reads = Reads { frame: true, ..reads };
    let beyond = query.frame > first;
    Ok(if beyond { reads.input("image", query.frame).own("place", (query.frame - 1.0).max(first)) } else { reads })
}

/// The frames from the first to the last.
fn frames(params: &Params) -> Result<Vec<f64>, NodeError> {
    let (first, last) = (params.int("first_frame"), params.int("last_frame"));
    let wrong = |reason| Err(NodeError::Param { param: "last_frame", reason });
    match last - first {
        ..0 => wrong(format!("it is {last}, before the first frame {first}")),
        MOST_FRAMES.. => wrong(format!("tracks have at most {MOST_FRAMES} frames")),
        _ => Ok((first..=last).map(|frame| frame as f64).collect()),
    }
}

/// What a point is called in its track.
fn name(point: &PointPair, index: usize) -> String {
    point.name.clone().unwrap_or_else(|| format!("point {}", index + 1))
}

/// The handles of a drag, frame by frame.
fn of_trajectory(trajectory: &Trajectory, job: &Job<'_>) -> Result<Tracks, NodeError> {
    let placed = match job.all("points").next() {
        Some(_) => where_points_are(trajectory, job)?,
        None => spread(trajectory, job.params())?,
    };
    let enabled = (0..trajectory.given.len()).filter(|&point| trajectory.given[point].enabled);
    let tracks = enabled.map(|point| {
        let sample = |(frame, handles): &(f64, Vec<PointPair>)| {
            let handle = handles[point].handle;
            let confidence = confidence_at(trajectory, point, handle);
            Sample { frame: *frame, x: handle.x, y: handle.y, confidence }
        };
        Track { name: name(&trajectory.given[point], point), samples: placed.iter().map(sample).collect() }
    });
    Ok(Tracks { width: trajectory.width, height: trajectory.height, tracks: tracks.collect() })
}

/// The points of each frame, of a Drag that plays its trajectory in some way of its own.
fn where_points_are(trajectory: &Trajectory, job: &Job<'_>) -> Result<Vec<(f64, Vec<PointPair>)>, NodeError> {
    let frames = job.all("points").filter_map(|(frame, value)| match value {
        Value::Points(points) => Some((frame, points.to_vec())),
        _ => None,
    });
    let placed: Vec<_> = frames.collect();
    match placed.iter().find(|(_, points)| points.len() != trajectory.given.len()) {
        Some((frame, points)) => {
            let message = format!(
                "there are {} points at frame {frame}, and {} in the trajectory",
                points.len(),
                trajectory.given.len()
            );
            Err(NodeError::Mismatch(message))
        }
        None => Ok(placed),
    }
}

/// The whole trajectory, spread evenly over the frames; a frame for each state where the range has no length.
fn spread(trajectory: &Trajectory, params: &Params) -> Result<Vec<(f64, Vec<PointPair>)>, NodeError> {
    let (first, last) = (params.int("first_frame") as f64, params.int("last_frame") as f64);
    if last <= first {
        let states = trajectory.points.iter().enumerate();
        return Ok(states.map(|(state, points)| (first + state as f64, points.clone())).collect());
    }
    let place = |frame: f64| (frame, trajectory.points_at((frame - first) / (last - first)));
    Ok(frames(params)?.into_iter().map(place).collect())
}

/// How sure the drag was of a point where it was nearest to this place.
fn confidence_at(trajectory: &Trajectory, point: usize, place: ImagePoint) -> f64 {
    let distance = |state: &usize| trajectory.points[*state][point].handle.distance(place);
    let nearest = (0..=trajectory.steps()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0);
    let template = trajectory.end.as_ref().and_then(|end| end.template(point)).map_or(0.0, norm);
    // A handle that was not tracked is there by definition.
    confidence(trajectory.matches[nearest][point].map_or(0.0, f64::from), template)
}

/// 1 for the same feature, 1/2 where the difference is as long as the feature itself, and on towards 0.
fn confidence(distance: f64, norm: f64) -> f64 {
    if distance <= 0.0 { 1.0 } else { norm / (norm + distance) }
}

fn norm(feature: &[f32]) -> f64 {
    feature.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt()
}

/// The enabled points, each with its track so far.
fn begin(points: &[PointPair], inside: impl Fn(ImagePoint) -> bool) -> Result<Vec<(ImagePoint, Track)>, NodeError> {
    let enabled = points.iter().enumerate().filter(|(_, point)| point.enabled);
    let tracks = enabled.map(|(index, point)| {
        if !inside(point.handle) {
            let message = format!("{} lies outside the first frame", name(point, index));
            return Err(NodeError::Mismatch(message));
        }
        Ok((point.handle, Track { name: name(point, index), samples: Vec::new() }))
    });
    let tracks = tracks.collect::<Result<Vec<_>, _>>()?;
    if tracks.is_empty() {
        Err(NodeError::Mismatch("there is no enabled point to follow".to_owned()))
    } else {
        Ok(tracks)
    }
}

/// Follows points in the features of latents: the place whose feature is nearest to that of the first frame.
fn of_latents(job: &Job<'_>) -> Result<Tracks, NodeError> {
    let params = job.params();
    let model = job.open(&job.latent("latent")?.model)?;
    let mut graphs = {
        let generator = model.lock();
        let tap = usize::try_from(params.int("tap")).unwrap_or_else(|_| generator.default_tap());
        generator.drag(tap, NoiseMode::Const)?
    };
    let geometry = graphs.geometry().clone();
    let (width, height) = (geometry.image_width, geometry.image_height);
    let mut tracks = begin(job.points("points")?, |point| point.is_inside(width, height))?;
    let mut templates = Vec::new();
    let latents: Vec<(f64, &LatentValue)> = job.all("latent").filter_map(latent).collect();
    for (done, (frame, latent)) in latents.iter().enumerate() {
        job.progress().part(done as f64 / latents.len() as f64, &format!("frame {frame}"));
        if latent.model.blake3 != model.reference().blake3 {
            return Err(NodeError::Mismatch(format!("the latent of frame {frame} is another model's")));
        }
        graphs
            .forward(latent.latent.ws(), &Regions::Whole, job.cancel())
            .map_err(|e| NodeError::from(dragfx_engine::DragError::from(e)))?;
        let maps = graphs.maps();
        let failed = |error| NodeError::Drag(dragfx_engine::DragError::Sample(error));
        for (index, (place, samples)) in tracks.iter_mut().enumerate() {
            if templates.len() == index {
                templates.push(template(&geometry, &maps[0], *place).map_err(failed)?);
            }
            let found = track(&geometry, &maps[0], &templates[index], *place, params.size("search"), Metric::L2);
            let found = found.map_err(failed)?;
            *place = found.point;
            let confidence = confidence(f64::from(found.distance), norm(&templates[index]));
            samples.samples.push(Sample { frame: *frame, x: place.x, y: place.y, confidence });
        }
    }
    Ok(Tracks { width, height, tracks: tracks.into_iter().map(|(_, track)| track).collect() })
}

fn latent((frame, value): (f64, &Value)) -> Option<(f64, &LatentValue)> {
    if let Value::Latent(latent) = value { Some((frame, latent)) } else { None }
}

/// Follows points from the frame before to this one: to the place around which the image looks most like the first one.
fn followed(job: &Job<'_>) -> Result<Tracks, NodeError> {
    let (params, points) = (job.params(), job.points("points")?);
    let images =
        job.all("image").filter_map(|(_, value)| if let Value::Image(image) = value { Some(image) } else { None });
    let images: Vec<_> = images.collect();
    let (first, now) = (images.first(), images.get(1));
    let first = first.ok_or_else(|| NodeError::NotConnected { input: "image".to_owned() })?;
    let (height, width) = first.size();
    let begun = begin(points, |point| point.is_inside(width, height))?;
    let before = if let Some(Value::Tracks(before)) = job.own("place") { Some(before) } else { None };
    let mut tracks = Vec::with_capacity(begun.len());
    for (index, (start, mut track)) in begun.into_iter().enumerate() {
        let from = before.and_then(|before| before.tracks.get(index)?.samples.first());
        let (place, confidence) = match from.zip(now) {
            Some((from, now)) if now.size() == first.size() => {
                let patch = Patch::cut(first, start, params.size("patch"));
                let from = ImagePoint::new(from.x, from.y);
                follow(&patch, now, from, params.size("search"), job.cancel())?
            }
            Some(_) => {
                let message = format!("the image of frame {} has another size than the first", job.frame());
                return Err(NodeError::Mismatch(message));
            }
            // On the first frame a point is where it was put.
            None => (start, 1.0),
        };
        track.samples.push(Sample { frame: job.frame(), x: place.x, y: place.y, confidence: confidence.max(0.0) });
        tracks.push(track);
    }
    Ok(Tracks { width, height, tracks })
}

/// The places of all frames as tracks.
fn joined(job: &Job<'_>) -> Tracks {
    let mut places =
        job.owned("place").filter_map(|value| if let Value::Tracks(place) = value { Some(place) } else { None });
    let first = places.next().expect("there is a first frame");
    let mut tracks = (**first).clone();
    for place in places {
        for (track, place) in tracks.tracks.iter_mut().zip(&place.tracks) {
            track.samples.extend_from_slice(&place.samples);
        }
    }
    tracks
}

/// Tracks of the one frame, of those of all; the nearest, where there is none.
fn at_frame(job: &Job<'_>) -> Tracks {
    let Some(Value::Tracks(all)) = job.own("tracks") else { unreachable!("the place reads the tracks") };
    let distance = |sample: &Sample| (sample.frame - job.frame()).abs();
    let nearest = |track: &Track| {
        let sample = track.samples.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        Track { name: track.name.clone(), samples: sample.copied().into_iter().collect() }
    };
    Tracks { tracks: all.tracks.iter().map(nearest).collect(), ..**all }
}
