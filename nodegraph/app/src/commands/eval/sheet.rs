//! Pictures of the first pairs, to look at: a row for each, with the start and its points, the results, and the goal.

use std::path::Path;

use anyhow::Result;
use dragfx_engine::PointPair;
use image::{DynamicImage, RgbImage};
use serde_json::json;

use crate::{overlay, picture};

/// More would not be looked at.
const ROWS: usize = 12;

/// The rows until now.
#[derive(Default)]
pub(super) struct Sheet {
    rows: Vec<Vec<RgbImage>>,
}

impl Sheet {
    pub(super) fn add(
        &mut self,
        start: &RgbImage,
        points: &[PointPair],
        after: &[RgbImage],
        goal: &RgbImage,
    ) -> Result<()> {
        if self.rows.len() < ROWS {
            let start = overlay::draw(start, points)?;
            self.rows.push([start].into_iter().chain(after.iter().cloned()).chain([goal.clone()]).collect());
        }
        Ok(())
    }

    /// Writes the sheet, unless it is empty.
    pub(super) fn save(self, path: &Path) -> Result<()> {
        let Some(columns) = self.rows.iter().map(Vec::len).max() else { return Ok(()) };
        let mut grid = picture::Grid::new(columns * self.rows.len(), Some(u32::try_from(columns)?))?;
        for image in self.rows.into_iter().flatten() {
            grid.add(&DynamicImage::from(image));
        }
        picture::save(path, &grid.finish()?, &json!({}))
    }
}
