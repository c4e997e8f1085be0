//! Pictures and drags of one generator.

use std::time::Instant;

use anyhow::{Context, Result};
use dragfx_engine::{
    Cancel, DragModel, DragSession, DragSettings, Generator, Latent, Mask, NoiseMode, PointPair, Progress, StopReason,
};
use image::RgbImage;
use ndarray::Array3;

use crate::picture;

/// A generator, and the graphs of its drags, which are opened once.
pub(super) struct Studio {
    generator: Generator,
    graphs: Option<Box<dyn DragModel>>,
    tap: usize,
    settings: DragSettings,
    cancel: Cancel,
}

/// What came of a drag.
pub(super) struct Dragged {
    pub(super) latent: Latent,
    pub(super) steps: usize,
    pub(super) seconds: f64,
    pub(super) arrived: bool,
}

impl Studio {
    pub(super) fn new(generator: Generator, tap: usize, settings: DragSettings, cancel: Cancel) -> Self {
        Self { generator, graphs: None, tap, settings, cancel }
    }

    /// Width and height of the pictures.
    pub(super) fn resolution(&self) -> usize {
        self.generator.spec().resolution
    }

    pub(super) fn generator(&mut self) -> (&mut Generator, &Cancel) {
        (&mut self.generator, &self.cancel)
    }

    /// Where drags run, for people.
    pub(super) fn runs_on(&self) -> Option<String> {
        self.graphs.as_ref().map(|graphs| graphs.runs_on())
    }

    /// What the network returns: \[3, r, r\], nominally in \[-1, 1\].
    pub(super) fn picture(&mut self, latent: &Latent) -> Result<Array3<f32>> {
        Ok(self.generator.picture(latent, NoiseMode::Const, &self.cancel)?)
    }

    /// Drags until it arrives, or has taken the steps that the settings allow.
    pub(super) fn drag(&mut self, start: &Latent, points: Vec<PointPair>, mask: Option<Mask>) -> Result<Dragged> {
        let graphs = match self.graphs.take() {
            Some(graphs) => graphs,
            None => Box::new(self.generator.drag(self.tap, NoiseMode::Const)?),
        };
        let mut session = DragSession::new(graphs, start.clone(), points, self.settings.clone())?;
        session.set_mask(mask)?;
        let clock = Instant::now();
        let end = loop {
            if let Progress::Stopped(reason, _) = session.advance(&self.cancel)? {
                break reason;
            }
        };
        let seconds = clock.elapsed().as_secs_f64();
        let (latent, steps) = (session.latent(), session.steps());
        self.graphs = Some(session.into_model());
        Ok(Dragged { latent, steps, seconds, arrived: end == StopReason::Reached })
    }
}

/// The pixels of what a network returned.
pub(super) fn pixels(picture: &Array3<f32>) -> Result<RgbImage> {
    Ok(picture::to_image(&picture.view()).context("no picture of red, green and blue")?.into_rgb8())
}
