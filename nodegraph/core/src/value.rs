//! What flows through a wire.

mod image;
mod latent;
mod mask;
mod tracks;
mod trajectory;

use std::fmt;
use std::sync::Arc;

use dragfx_engine::PointPair;
use serde::Serialize;

pub use image::{Image, MAX_PIXELS, MAX_SIDE, Transfer};
pub use latent::{LatentValue, Seeded};
pub use mask::MaskImage;
pub use tracks::{Sample, Track, Tracks};
pub use trajectory::{Stop, Trajectory, TrajectoryParts};

/// The type of a port: a wire joins ports of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PortType {
    /// A [`LatentValue`].
    Latent,
    /// An [`Image`].
    Image,
    /// A [`MaskImage`].
    Mask,
    /// Pairs of handle and target.
    Points,
    /// A [`Trajectory`].
    Trajectory,
    /// [`Tracks`].
    Tracks,
}

/// A result of a node. Clones share the data.
#[derive(Clone, Debug)]
pub enum Value {
    /// A latent and the model that it belongs to.
    Latent(LatentValue),
    /// A picture.
    Image(Arc<Image>),
    /// Weights of an image's pixels.
    Mask(Arc<MaskImage>),
    /// Handles and targets, image pixels.
    Points(Arc<Vec<PointPair>>),
    /// The way of a drag.
    Trajectory(Arc<Trajectory>),
    /// Where points are, frame by frame.
    Tracks(Arc<Tracks>),
}

impl Value {
    /// The type of the value.
    #[must_use]
    pub fn port_type(&self) -> PortType {
        match self {
            Self::Latent(_) => PortType::Latent,
            Self::Image(_) => PortType::Image,
            Self::Mask(_) => PortType::Mask,
            Self::Points(_) => PortType::Points,
            Self::Trajectory(_) => PortType::Trajectory,
            Self::Tracks(_) => PortType::Tracks,
        }
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Latent(latent) => latent.latent.ws().len() * 4,
            Self::Image(image) => image.pixels().len() * 4,
            Self::Mask(mask) => mask.weights().len() * 4,
            Self::Points(points) => points.len() * size_of::<PointPair>(),
            Self::Trajectory(trajectory) => trajectory.bytes(),
            Self::Tracks(tracks) => tracks.bytes(),
        }
    }
}

impl PortType {
    /// All types.
    pub const ALL: [Self; 6] = [Self::Latent, Self::Image, Self::Mask, Self::Points, Self::Trajectory, Self::Tracks];
}

impl fmt::Display for PortType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Latent => "latent",
            Self::Image => "image",
            Self::Mask => "mask",
            Self::Points => "points",
            Self::Trajectory => "trajectory",
            Self::Tracks => "tracks",
        })
    }
}
