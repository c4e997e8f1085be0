//! Places for cards: in layers from left to right.
//!
//! A card's layer is the longest way to it. A wire that passes layers gets a lane in each of them, as if a flat card lay
//! there, so that it runs between the cards and not below them. The order in a layer follows the neighbours' (the
//! barycentre method of Sugiyama), then each card moves to where its wires are straight, as far as the others let it.

use std::collections::{BTreeMap, VecDeque};

use super::card::{Card, Wire};

/// Between layers: room for the bends of wires.
const COLUMN_GAP: f64 = 64.0;
/// Between cards of a layer.
pub(super) const ROW_GAP: f64 = 26.0;
/// Between lanes.
const LANE_GAP: f64 = 12.0;
/// Longer wires get no lanes: a hostile preset could ask for one in each layer with each of its wires.
const MOST_LANES: usize = 24;
/// Sweeps through the layers, to the right and back. More change nothing in graphs of a hundred nodes.
const SWEEPS: usize = 6;
/// Largest width or height in which nodes count as placed: a picture of more is no overview.
const FARTHEST: f64 = 50_000.0;

/// Where everything lies.
pub(super) struct Layout {
    /// The upper left corners of the cards.
    pub(super) places: Vec<[f64; 2]>,
    /// For each wire the lanes that it passes: from x, to x, y.
    pub(super) lanes: Vec<Vec<[f64; 3]>>,
}

/// A card in its layer, or a lane.
struct Cell {
    layer: usize,
    height: f64,
    gap: f64,
    y: f64,
    /// Links to cells of the layer before, and of the layer after.
    links: [Vec<Link>; 2],
}

/// A part of a wire between neighbouring layers: where it ends, below the tops of both cells.
struct Link {
    cell: usize,
    own: f64,
    other: f64,
}

/// Places for cards and the wires between them.
pub(super) fn layered(cards: &[Card], wires: &[Wire]) -> Layout {
    let layers = layers(cards.len(), wires);
    let mut cells: Vec<Cell> =
        cards.iter().zip(&layers).map(|(card, &layer)| cell(layer, card.height, ROW_GAP)).collect();
    let lanes: Vec<Vec<usize>> = wires.iter().map(|wire| link(&mut cells, wire)).collect();
    let mut columns = vec![Vec::new(); layers.iter().max().map_or(0, |last| last + 1)];
    cells.iter().enumerate().for_each(|(index, cell)| columns[cell.layer].push(index));
    order(&cells, &mut columns);
    straighten(&mut cells, &columns);

    let mut widths = vec![0.0_f64; columns.len()];
    cards.iter().zip(&layers).for_each(|(card, &layer)| widths[layer] = widths[layer].max(card.width));
    let lefts: Vec<f64> =
        widths.iter().scan(0.0, |next, width| Some(std::mem::replace(next, *next + width + COLUMN_GAP))).collect();
    let top = cells.iter().map(|cell| cell.y).fold(f64::INFINITY, f64::min);
    let height = |index: usize| (cells[index].y - top).round();
    let lane = |&index: &usize| {
        let left = lefts[cells[index].layer];
        [left, left + widths[cells[index].layer], height(index)]
    };
    Layout {
        places: (0..cards.len()).map(|index| [lefts[layers[index]], height(index)]).collect(),
        lanes: lanes.iter().map(|lanes| lanes.iter().map(lane).collect()).collect(),
    }
}

/// Whether no card lies on another, and all of them within one view.
pub(super) fn are_apart(cards: &[Card]) -> bool {
    let spread = |axis: usize| {
        let ends = cards.iter().map(|card| card.position[axis]);
        ends.clone().fold(f64::NEG_INFINITY, f64::max) - ends.fold(f64::INFINITY, f64::min)
    };
    if cards.iter().any(|card| card.position.iter().any(|x| x.abs() > 1e9)) || spread(0).max(spread(1)) > FARTHEST {
        return false;
    }
    // A line sweeps over the cards from left to right. Those below it are apart, so only neighbours need to be compared.
    let mut ends: Vec<(i64, bool, usize)> = Vec::new();
    for (index, card) in cards.iter().enumerate() {
        let [left, right] = [card.position[0], card.position[0] + card.width].map(|x| x.round() as i64);
        ends.extend([(right, false, index), (left, true, index)]);
    }
    ends.sort_unstable();
    let mut below: BTreeMap<i64, i64> = BTreeMap::new();
    ends.into_iter().all(|(_, begins, index)| {
        let card = &cards[index];
        let [top, bottom] = [card.position[1], card.position[1] + card.height].map(|y| y.round() as i64);
        if !begins {
            below.remove(&top);
            return true;
        }
        let free = below.range(..bottom).next_back().is_none_or(|(_, &end)| end <= top);
        below.insert(top, bottom);
        free
    })
}

fn cell(layer: usize, height: f64, gap: f64) -> Cell {
    Cell { layer, height, gap, y: 0.0, links: [Vec::new(), Vec::new()] }
}

/// The layer of each card: one after the last of those that it takes from. What takes nothing stands right before the
/// first that takes from it.
fn layers(cards: usize, wires: &[Wire]) -> Vec<usize> {
    let (mut waits, mut leaving) = (vec![0; cards], vec![Vec::new(); cards]);
    for wire in wires {
        waits[wire.to] += 1;
        leaving[wire.from].push(wire.to);
    }
    let sources: Vec<usize> = (0..cards).filter(|&card| waits[card] == 0).collect();
    let mut layers = vec![0; cards];
    let mut ready: VecDeque<usize> = sources.iter().copied().collect();
    while let Some(card) = ready.pop_front() {
        for &to in &leaving[card] {
            layers[to] = layers[to].max(layers[card] + 1);
            waits[to] -= 1;
            if waits[to] == 0 {
                ready.push_back(to);
            }
        }
    }
    for source in sources {
        let first = leaving[source].iter().map(|&to| layers[to]).min();
        layers[source] = first.map_or(0, |first| first - 1);
    }
    layers
}

/// Links the ends of a wire, over lanes in the layers between; gives these.
fn link(cells: &mut Vec<Cell>, wire: &Wire) -> Vec<usize> {
    let (first, last) = (cells[wire.from].layer, cells[wire.to].layer);
    if last - first > MOST_LANES {
        return Vec::new();
    }
    let lanes: Vec<usize> = (first + 1..last)
        .map(|layer| {
            cells.push(cell(layer, 0.0, LANE_GAP));
            cells.len() - 1
        })
        .collect();
    let mut from = (wire.from, wire.leave);
    for to in lanes.iter().map(|&lane| (lane, 0.0)).chain([(wire.to, wire.arrive)]) {
        cells[from.0].links[1].push(Link { cell: to.0, own: from.1, other: to.1 });
        cells[to.0].links[0].push(Link { cell: from.0, own: to.1, other: from.1 });
        from = to;
    }
    lanes
}

/// The layers of a sweep, and the side on which the layer before it lies.
fn sweep(number: usize, layers: usize) -> (Box<dyn Iterator<Item = usize>>, usize) {
    if number.is_multiple_of(2) { (Box::new(0..layers), 0) } else { (Box::new((0..layers).rev()), 1) }
}

/// Sorts each layer by the mean place of its neighbours in the layer before, then in the layer after, and so on.
fn order(cells: &[Cell], columns: &mut [Vec<usize>]) {
    let mut ranks = vec![0.0; cells.len()];
    let rank = |ranks: &mut [f64], column: &[usize]| {
        column.iter().enumerate().for_each(|(rank, &cell)| ranks[cell] = rank as f64);
    };
    columns.iter().for_each(|column| rank(&mut ranks, column));
    for number in 0..SWEEPS {
        let (layers, side) = sweep(number, columns.len());
        for layer in layers {
            let mut keyed: Vec<(f64, usize)> = columns[layer]
                .iter()
                .map(|&cell| {
                    // Of wires from one card, the upper port's goes above.
                    let place = |link: &Link| ranks[link.cell] + link.other / (cells[link.cell].height + 1.0);
                    (mean(cells[cell].links[side].iter().map(place)).unwrap_or(ranks[cell]), cell)
                })
                .collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            columns[layer] = keyed.into_iter().map(|(_, cell)| cell).collect();
            rank(&mut ranks, &columns[layer]);
        }
    }
}

/// Moves cells to where their wires are straight, in their order and with their gaps.
fn straighten(cells: &mut [Cell], columns: &[Vec<usize>]) {
    for number in 0..=SWEEPS {
        let (layers, side) = sweep(number, columns.len());
        for layer in layers {
            let column = &columns[layer];
            let wanted: Vec<f64> = column
                .iter()
                .map(|&cell| {
                    let straight =
                        cells[cell].links[side].iter().map(|link| cells[link.cell].y + link.other - link.own);
                    mean(straight).unwrap_or(cells[cell].y)
                })
                .collect();
            let steps = column.windows(2).map(|pair| {
                let [above, below] = [&cells[pair[0]], &cells[pair[1]]];
                above.height + above.gap.max(below.gap)
            });
            let offsets: Vec<f64> = [0.0]
                .into_iter()
                .chain(steps.scan(0.0, |sum, step| {
                    *sum += step;
                    Some(*sum)
                }))
                .collect();
            let free = rising(wanted.iter().zip(&offsets).map(|(wanted, offset)| wanted - offset));
            column.iter().zip(free.iter().zip(&offsets)).for_each(|(&cell, (y, offset))| cells[cell].y = y + offset);
        }
    }
}

/// The numbers that never fall and are nearest to those given (in the sum of squares): where they fall, neighbours share
/// their mean.
fn rising(wanted: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for number in wanted {
        let mut block = (number, 1);
        while let Some(&(sum, count)) = blocks.last().filter(|last| last.0 / last.1 as f64 > block.0 / block.1 as f64) {
            block = (block.0 + sum, block.1 + count);
            blocks.pop();
        }
        blocks.push(block);
    }
    blocks.into_iter().flat_map(|(sum, count)| std::iter::repeat_n(sum / count as f64, count)).collect()
}

fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = numbers.fold((0.0, 0), |(sum, count), number| (sum + number, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(places: &[[f64; 2]]) -> bool {
        let card = |&position: &[f64; 2]| Card {
            id: crate::document::NodeId(0),
            name: String::new(),
            title: String::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            lines: Vec::new(),
            placeholder: false,
            bypass: false,
            hint: String::new(),
            position,
            width: 100.0,
            height: 50.0,
        };
        are_apart(&places.iter().map(card).collect::<Vec<_>>())
    }

    #[test]
    fn cards_that_touch_are_apart_and_cards_that_overlap_are_not() {
        assert!(placed(&[]) && placed(&[[0.0, 0.0], [100.0, 0.0], [0.0, 50.0], [100.0, 50.0]]));
        assert!(!placed(&[[0.0, 0.0], [0.0, 0.0]]) && !placed(&[[0.0, 0.0], [99.0, 49.0]]));
        assert!(!placed(&[[0.0, 0.0], [0.0, 200.0], [50.0, 20.0]]) && !placed(&[[0.0, 100.0], [50.0, 80.0]]));
        assert!(!placed(&[[0.0, 0.0], [1e6, 0.0]]) && !placed(&[[1e300, 0.0]]));
    }

    #[test]
    fn rising_numbers_stay_and_falling_ones_meet() {
        assert_eq!(rising([1.0, 2.0, 2.0, 5.0].into_iter()), [1.0, 2.0, 2.0, 5.0]);
        assert_eq!(rising([4.0, 2.0, 9.0, 1.0, 5.0].into_iter()), [3.0, 3.0, 5.0, 5.0, 5.0]);
        assert_eq!(rising(std::iter::empty()), [0.0; 0]);
    }
}
