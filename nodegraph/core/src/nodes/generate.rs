//! Generate: a latent to a picture.

use std::sync::Arc;

use super::noise;
use crate::declare::{Arity, Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::operator::{Job, Operator, Query, Reads};
use crate::raster::resample::{Area, Filter, resize_image};
use crate::value::{Image, LatentValue, MAX_PIXELS, PortType, Transfer, Value};

pub(crate) struct Generate {
    decl: NodeDecl,
}

/// A square of this height is the largest picture that is made.
const MOST_ROWS: i64 = MAX_PIXELS.isqrt() as i64;

impl Generate {
    pub(crate) fn new() -> Self {
        let doc =
            "The picture of a latent. The generator paints at its own resolution; another one is resampled from it.";
        let decl = NodeDecl::new("generate", 1, "Generate", Category::Latent, doc)
            .input("latent", PortType::Latent, Arity::Required, "What to paint.")
            .output("image", PortType::Image, "The picture, opaque.")
            .params(noise::params())
            .param(
                ParamDecl::int(
                    "resolution",
                    "Resolution",
                    0,
                    0..=MOST_ROWS,
                    "Height of the picture. 0 for the generator's own. Points and masks of a drag are always meant at \
                     the generator's own resolution.",
                )
                .unit("px"),
            )
            .param(transfer_param());
        Self { decl }
    }
}

/// How the colours of a node's picture are encoded.
pub(super) fn transfer_param() -> ParamDecl {
    ParamDecl::choice(
        "transfer",
        "Transfer",
        &[("srgb", "sRGB, as the generator paints."), ("linear", "Proportional to light, for compositing.")],
        "How colours are encoded.",
    )
}

/// The picture of a latent, encoded as the `transfer` parameter says.
pub(super) fn picture(latent: &LatentValue, job: &Job<'_>) -> Result<Image, NodeError> {
    let model = job.open(&latent.model)?;
    let picture = model.lock().picture(&latent.latent, noise::mode(job.params()), job.cancel())?;
    let image = Image::from_network(&picture.view());
    let image = image
        .ok_or(NodeError::Unavailable("the generator's pictures are neither grey nor RGB, with or without alpha"))?;
    let transfer = if job.params().text("transfer") == "linear" { Transfer::Linear } else { Transfer::Srgb };
    Ok(image.encoded(transfer))
}

impl Operator for Generate {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, _output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        let reads = Reads::default().input("latent", query.frame).params(noise::read(query.params).iter().copied());
        Ok(reads.params(["resolution", "transfer"]).device())
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let image = picture(job.latent("latent")?, job)?;
        let (height, width) = image.size();
        let wanted = match job.params().size("resolution") {
            0 => (height, width),
            asked => (asked, (width * asked).div_ceil(height)),
        };
        // To its own size a picture would be resampled for nothing.
        let image = if wanted == (height, width) {
            image
        } else {
            resize_image(&image, Area::whole((height, width)), wanted, Filter::Lanczos)
        };
        Ok(Value::Image(Arc::new(image)))
    }
}
