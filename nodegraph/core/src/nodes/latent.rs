//! Latent: where pictures begin.

use std::path::Path;
use std::sync::Arc;

use dragfx_engine::{Generator, Latent, Truncation};
use dragfx_export::latent_file::{MAX_BYTES, decode_latent};

use crate::declare::{Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::files::FileError;
use crate::operator::{Job, Operator, Params, Query, Reads};
use crate::value::{LatentValue, PortType, Seeded, Value};

pub(crate) struct LatentNode {
    decl: NodeDecl,
}

/// Most rows of w+ that any generator has, and classes that any has: limits for sliders and slips of the finger.
const MOST_ROWS: i64 = 64;
const MOST_CLASSES: i64 = 1_000_000;

impl LatentNode {
    pub(crate) fn new() -> Self {
        let doc = "The latent of a seed, or of a file. A seed gives the picture that it gives in the official tools, \
                   with truncation psi and a class; a file is taken as it is.";
        let decl = NodeDecl::new("latent", 1, "Latent", Category::Latent, doc)
            .output("latent", PortType::Latent, "The rows of w+.")
            .param(ParamDecl::model("model", "Model", "The generator. Empty for the preset's only one."))
            .param(
                ParamDecl::int("seed", "Seed", 0, 0..=i64::from(u32::MAX), "Seed of z. Each gives another picture.")
                    .animates(),
            )
            .param(
                ParamDecl::float(
                    "psi",
                    "Truncation psi",
                    0.7,
                    -10.0..=10.0,
                    "How far from the average: 0 is the average picture, 1 what the network learned. Lower is more \
                     usual and cleaner, higher more varied.",
                )
                .slider(-1.0, 1.5)
                .animates(),
            )
            .param(ParamDecl::int(
                "cutoff",
                "Truncation cutoff",
                0,
                0..=MOST_ROWS,
                "Truncate only so many rows, from the coarsest. 0 for all of them.",
            ))
            .param(ParamDecl::int(
                "class",
                "Class",
                -1,
                -1..=MOST_CLASSES,
                "Class of a conditional generator. -1 for none.",
            ))
            .param(ParamDecl::choice(
                "space",
                "Space",
                &[("w+", "All rows as they are."), ("w", "The first row, for all of them.")],
                "Whether rows may differ. Only truncation with a cutoff, and files, have rows that do.",
            ))
            .param(ParamDecl::reads(
                "file",
                "File",
                &["npy", "npz", "pt", "safetensors"],
                "A latent file in place of the seed, w or w+: psi, cutoff and class do not apply to it.",
            ));
        Self { decl }
    }
}

impl Operator for LatentNode {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, _output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        let params = query.params;
        let reads = Reads::default().model(params.text("model")).params(["space"]);
        Ok(match params.text("file") {
            "" => reads.params(["seed", "psi", "cutoff", "class"]),
            file => reads.file(query.path(file)),
        })
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let params = job.params();
        let model = job.model(params.text("model"))?;
        let mut generator = model.lock();
        let (latent, seeded) = match params.text("file") {
            "" => seeded(&mut generator, params, job)?,
            file => (read(&job.path(file), &generator)?, None),
        };
        let latent = if params.text("space") == "w" { first_row(&latent) } else { latent };
        let model = Arc::clone(model.reference());
        Ok(Value::Latent(LatentValue { model, latent: Arc::new(latent), seeded: seeded.map(Arc::new) }))
    }
}

fn seeded(generator: &mut Generator, params: &Params, job: &Job<'_>) -> Result<(Latent, Option<Seeded>), NodeError> {
    let seed = u32::try_from(params.int("seed")).unwrap_or(u32::MAX);
    let cutoff = Some(params.size("cutoff")).filter(|&rows| rows > 0);
    let truncation = Truncation { psi: params.float("psi"), cutoff };
    let class = usize::try_from(params.int("class")).ok();
    let z = generator.z(seed);
    let latent = generator.latent_of_z(&z, truncation, class.as_slice(), job.cancel())?;
    Ok((latent, Some(Seeded { z, truncation, class })))
}

fn read(path: &Path, generator: &Generator) -> Result<Latent, NodeError> {
    let wrong = |reason: String| NodeError::LatentFile { path: path.to_owned(), reason };
    let io = |cause| FileError::Io { action: "read", path: path.to_owned(), cause };
    let data = std::fs::metadata(path).map_err(io)?;
    if !data.is_file() {
        return Err(wrong("it is no ordinary file".to_owned()));
    }
    if data.len() > MAX_BYTES as u64 {
        return Err(wrong(format!("{} bytes are more than any latent has", data.len())));
    }
    let bytes = std::fs::read(path).map_err(io)?;
    let array = decode_latent(&bytes).map_err(|error| wrong(error.to_string()))?;
    let spec = generator.spec();
    let latent = Latent::from_array(array.view(), spec.num_ws, spec.w_dim);
    latent.map_err(|error| wrong(error.to_string()))
}

fn first_row(latent: &Latent) -> Latent {
    let (num_ws, w_dim) = latent.ws().dim();
    let ws = latent.ws();
    Latent::from_array(ws.row(0).into_dyn(), num_ws, w_dim).expect("a row of a latent is a latent")
}
