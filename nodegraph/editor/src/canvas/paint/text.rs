//! Text in its size on the screen, cut to its room.

use eframe::egui::text::{LayoutJob, TextFormat, TextWrapping};
use eframe::egui::{Align2, Color32, FontId, Pos2, Rect, Ui};

use crate::canvas::model::{NOTE_ROW, WIDTH};

/// Most lines of a note that a card shows.
pub(in crate::canvas) const NOTE_ROWS: usize = 4;
/// What a note has of its card's width.
const NOTE_WIDTH: f32 = WIDTH - 20.0;

/// Draws a text of at most so many lines; what does not fit becomes `…`. Gives the rectangle that it takes.
#[expect(clippy::too_many_arguments, reason = "a text has a place, a size, a colour and room")]
pub(in crate::canvas) fn show(
    ui: &Ui,
    at: Pos2,
    align: Align2,
    text: &str,
    (size, scale): (f32, f32),
    color: Color32,
    width: f32,
    rows: usize,
) -> Rect {
    let galley = ui.painter().layout_job(job(text, size * scale, color, width, rows));
    let rect = align.anchor_size(at, galley.size());
    ui.painter().galley(rect.min, galley, color);
    rect
}

/// How many lines of a note a card shows.
pub(in crate::canvas) fn note_rows(ui: &Ui, note: &str) -> usize {
    let job = job(note, NOTE_ROW * 0.77, Color32::WHITE, NOTE_WIDTH, NOTE_ROWS);
    ui.painter().layout_job(job).rows.len()
}

fn job(text: &str, size: f32, color: Color32, width: f32, rows: usize) -> LayoutJob {
    // Each size needs glyphs of its own: the sizes of a smooth zoom are few.
    let font = FontId::proportional((size * 4.0).round() / 4.0);
    let mut job = LayoutJob::simple_format(text.to_owned(), TextFormat::simple(font, color));
    job.wrap = match rows {
        1 => TextWrapping::truncate_at_width(width),
        rows => TextWrapping { max_width: width, max_rows: rows, ..TextWrapping::default() },
    };
    job
}
