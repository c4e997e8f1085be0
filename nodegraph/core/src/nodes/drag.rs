//! Drag: points of a picture to where they should be.
//!
//! The way of a drag, its trajectory, is an output of its own, and what the others read: it is computed once, and a new
//! `progress` costs nothing but a look at it. A drag that is cancelled leaves the steps that it has taken; the same drag, if
//! it is wanted again or with another number of steps, goes on from there, to the same bits.

mod way;

use std::sync::Arc;

use dragfx_engine::{DragModel, DragSession, DragSettings, Latent, Mask, Method, PointPair, Space, StopReason};
use ndarray::{Axis, Slice};

use self::way::Way;
use super::{generate, noise};
use crate::declare::{Arity, Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::models::SharedModel;
use crate::operator::{Job, Operator, Params, Query, Reads};
use crate::value::{LatentValue, MaskImage, PortType, Trajectory, TrajectoryParts, Value};

pub(crate) struct Drag {
    decl: NodeDecl,
}

/// The parameters that a trajectory reads, beside those of the noise and the number of steps.
const SETTINGS: [&str; 9] =
    ["method", "space", "learning_rate", "lambda", "regularisation", "r1", "r2", "tap", "warm_start"];

impl Drag {
    pub(crate) fn new() -> Self {
        let doc = "Moves the content at each handle to its target by changing the latent (Pan et al. 2023). Only the \
                   first six rows of w+ change. The drag is computed once; progress plays it over frames.";
        let decl = NodeDecl::new("drag", 1, "Drag", Category::Drag, doc)
            .input("latent", PortType::Latent, Arity::Required, "Where the drag starts.")
            .input("points", PortType::Points, Arity::Required, "What to drag, and whereto.")
            .input(
                "mask",
                PortType::Mask,
                Arity::Optional,
                "White may change, black should stay. At the generator's resolution.",
            )
            .output("latent", PortType::Latent, "The latent at the progress.")
            .output("image", PortType::Image, "Its picture.")
            .output("points", PortType::Points, "The points, with their handles where they are at the progress.")
            .output("trajectory", PortType::Trajectory, "The whole way.")
            .param(
                ParamDecl::float(
                    "progress",
                    "Progress",
                    1.0,
                    0.0..=1.0,
                    "Where on the way: 0 is the start, 1 the end. Two keyframes play the drag over time.",
                )
                .animates(),
            )
            .params(settings())
            .params(noise::params())
            .param(generate::transfer_param());
        Self { decl }
    }
}

fn settings() -> Vec<ParamDecl> {
    let default = DragSettings::default();
    let pixels = "px of 512";
    vec![
        ParamDecl::choice(
            "method",
            "Method",
            &[
                ("reference", "The official code's arithmetic, for comparing numbers."),
                ("paper", "The loss and the tracking as published."),
            ],
            "Which published procedure to follow.",
        ),
        ParamDecl::choice(
            "space",
            "Space",
            &[
                ("w+", "Each coarse row by itself: reaches further."),
                ("w", "One w for all coarse rows: stays closer to what the generator knows."),
            ],
            "What is changed.",
        ),
        ParamDecl::int(
            "max_steps",
            "Most steps",
            default.max_steps as i64,
            1..=100_000,
            "Steps after which the drag gives up.",
        ),
        ParamDecl::float(
            "learning_rate",
            "Step size",
            0.0,
            0.0..=1.0,
            "Adam's step size. 0 for the method's own: 0.001 for reference, 0.002 for paper.",
        )
        .slider(0.0, 0.01),
        ParamDecl::float(
            "lambda",
            "Mask weight",
            default.lambda,
            0.0..=1000.0,
            "How strongly the mask holds what should stay. 0 ignores the mask.",
        )
        .slider(0.0, 100.0),
        ParamDecl::float(
            "regularisation",
            "Regularisation",
            default.regularisation,
            0.0..=1000.0,
            "Weight of the distance from the starting latent.",
        )
        .slider(0.0, 10.0),
        ParamDecl::float("r1", "Patch radius", default.r1, 1.0..=128.0, "Radius of the patch that is moved.")
            .slider(1.0, 16.0)
            .unit(pixels),
        ParamDecl::float(
            "r2",
            "Search reach",
            default.r2,
            1.0..=512.0,
            "How far a handle is looked for after each step.",
        )
        .slider(1.0, 48.0)
        .unit(pixels),
        ParamDecl::int(
            "tap",
            "Feature block",
            -1,
            -1..=8,
            "Block whose features are compared: 0 is 4x4, 5 is 128x128. -1 for 128x128, or the last of a smaller generator.",
        ),
        ParamDecl::bool(
            "warm_start",
            "Warm start",
            false,
            "Go on from the frame before, where only targets moved since: for keyframed targets. Frames then depend on \
             each other, back to the first frame.",
        ),
        ParamDecl::int(
            "first_frame",
            "First frame",
            1,
            -10_000_000..=10_000_000,
            "With a warm start, the frame at which the drag starts from its latent.",
        ),
    ]
}

impl Operator for Drag {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        let (params, frame) = (query.params, query.frame);
        let noise = noise::read(params).iter().copied();
        Ok(match output {
            "trajectory" => {
                let reads = Reads::default().params(SETTINGS).limits(["max_steps"]).params(noise).device();
                let reads = reads.input("latent", frame).input("points", frame).input("mask", frame);
                let before = frame - 1.0;
                if params.bool("warm_start") && before >= params.int("first_frame") as f64 {
                    reads.own("trajectory", before)
                } else {
                    reads
                }
            }
            "image" => Reads::default().own("latent", frame).params(noise).params(["transfer"]).device(),
            _ => Reads::default().own("trajectory", frame).params(["progress"]),
        })
    }

    fn evaluate(&self, output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let progress = || job.params().float("progress");
        match (output, job.own("trajectory"), job.own("latent")) {
            ("trajectory", before, _) => {
                let before = if let Some(Value::Trajectory(before)) = before { Some(&**before) } else { None };
                Ok(Value::Trajectory(Arc::new(drag(job, before)?)))
            }
            ("image", _, Some(Value::Latent(latent))) => Ok(Value::Image(Arc::new(generate::picture(latent, job)?))),
            ("latent", Some(Value::Trajectory(way)), _) => {
                let latent = Arc::new(way.latent_at(progress()));
                Ok(Value::Latent(LatentValue { model: Arc::clone(&way.model), latent, seeded: None }))
            }
            ("points", Some(Value::Trajectory(way)), _) => Ok(Value::Points(Arc::new(way.points_at(progress())))),
            _ => unreachable!("the outputs read what the declaration says"),
        }
    }
}

/// Drags from the start, or on from the end of another drag where only targets differ.
fn drag(job: &Job<'_>, before: Option<&Trajectory>) -> Result<Trajectory, NodeError> {
    let (start, points) = (job.latent("latent")?, job.points("points")?);
    let model = job.open(&start.model)?;
    let mask = job.mask("mask").ok();
    let others = others(job, mask.map(|mask| &**mask));
    let settings = drag_settings(job.params())?;
    if !points.iter().any(|point| point.enabled) {
        return Ok(at_rest(start, points, &model, others));
    }
    let most = settings.max_steps;
    let graphs = graphs(job, &model)?;
    let latent = (*start.latent).clone();
    let begun = job.begun::<Way>();
    let (mut session, mut way) = match &begun {
        Some(begun) => {
            let way = (**begun).clone().up_to(most);
            (DragSession::resume(graphs, latent, way.end().clone(), settings)?, way)
        }
        None => {
            let before = before.filter(|before| before.others == others && goes_on(before, start, points));
            let session = begin(graphs, latent, points, settings, before)?;
            let way = Way::new(&session);
            (session, way)
        }
    };
    if let Some(mask) = mask {
        session.set_mask(Some(engine_mask(mask)))?;
    }
    let last = way.go_on(&mut session, job, most, &start.model);
    let trajectory = last.map(|last| way.trajectory(&session, &last, &start.model, points, others));
    if begun.is_none_or(|begun| begun.len() < way.len()) {
        let bytes = way.bytes();
        job.leave(way, bytes);
    }
    trajectory
}

fn drag_settings(params: &Params) -> Result<DragSettings, NodeError> {
    let method = if params.text("method") == "paper" { Method::Paper } else { Method::Reference };
    let usual = DragSettings::for_method(method);
    let rate = params.float("learning_rate");
    let settings = DragSettings {
        method,
        space: if params.text("space") == "w" { Space::W } else { Space::WPlus },
        learning_rate: if rate == 0.0 { usual.learning_rate } else { rate },
        lambda: params.float("lambda"),
        regularisation: params.float("regularisation"),
        r1: params.float("r1"),
        r2: params.float("r2"),
        max_steps: params.size("max_steps"),
    };
    settings.check().map_err(|error| NodeError::Drag(error.into()))?;
    Ok(settings)
}

fn graphs(job: &Job<'_>, model: &SharedModel) -> Result<Box<dyn DragModel>, NodeError> {
    let generator = model.lock();
    let tap = usize::try_from(job.params().int("tap")).unwrap_or_else(|_| generator.default_tap());
    Ok(Box::new(generator.drag(tap, noise::mode(job.params()))?))
}

/// The session of a drag before its first step.
fn begin(
    graphs: Box<dyn DragModel>,
    latent: Latent,
    points: &[PointPair],
    settings: DragSettings,
    before: Option<&Trajectory>,
) -> Result<DragSession, NodeError> {
    let Some(end) = before.and_then(|before| before.end.as_ref()) else {
        return Ok(DragSession::new(graphs, latent, points.to_vec(), settings)?);
    };
    let mut session = DragSession::resume(graphs, latent, end.clone(), settings)?;
    let now = session.points().to_vec();
    let moved = now.into_iter().zip(points).map(|(now, given)| PointPair { target: given.target, ..now });
    session.set_points(moved.collect())?;
    Ok(session)
}

/// What else can change from frame to frame, beside points and latent: the noise, and the mask by its hash.
fn others(job: &Job<'_>, mask: Option<&MaskImage>) -> String {
    let hash = mask.map(|mask| {
        let bytes: Vec<u8> = mask.weights().iter().flat_map(|weight| weight.to_le_bytes()).collect();
        blake3::hash(&bytes).to_hex()
    });
    format!("{} {}", noise::mode(job.params()), hash.as_deref().unwrap_or("none"))
}

/// Whether a drag of these inputs is the other one with other targets.
fn goes_on(before: &Trajectory, start: &LatentValue, points: &[PointPair]) -> bool {
    let same = |(a, b): (&PointPair, &PointPair)| a.handle == b.handle && a.enabled == b.enabled;
    before.model.blake3 == start.model.blake3
        && before.start == start.latent.ws()
        && before.given.len() == points.len()
        && before.given.iter().zip(points).all(same)
}

fn engine_mask(mask: &MaskImage) -> Mask {
    Mask::from_weights(&mask.weights()).expect("the weights of a mask lie between 0 and 1")
}

/// The trajectory of a drag without points, as people have it before they set the first: it stays at its start.
fn at_rest(start: &LatentValue, points: &[PointPair], model: &SharedModel, others: String) -> Trajectory {
    let resolution = model.spec().resolution;
    let ws = start.latent.ws();
    let parts = TrajectoryParts {
        model: Arc::clone(&start.model),
        width: resolution,
        height: resolution,
        given: points.to_vec(),
        others,
        start: ws.to_owned(),
        states: vec![ws.slice_axis(Axis(0), Slice::from(..0)).to_owned()],
        points: vec![points.to_vec()],
        matches: vec![vec![None; points.len()]],
        losses: Vec::new(),
        stop: StopReason::Reached,
        end: None,
    };
    Trajectory::try_from(parts).expect("one state, and what belongs to it")
}
