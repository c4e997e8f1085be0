//! Every vector-Jacobian product against central finite differences, through ONNX Runtime.

use std::collections::BTreeMap;

use dragfx_engine::seed::RandomState;
use dragfx_export::ir::{Dim, Graph, GraphError, Id, Window2d, differentiate};
use dragfx_export::onnx::{Metadata, Placements, encode};
use dragfx_export::spec::Activation;
use dragfx_runtime::{Request, Session, SessionOptions};
use dragfx_tests::Table;
use ndarray::ArrayD;

/// Distance of the two evaluations of a central difference from the point, in units of a N(0, 1) input. Larger steps
/// leave the linear range of the activations, smaller ones drown in float32.
const STEP: f32 = 4e-3;
/// Accepted difference, relative to the norms of gradient and direction.
const TOLERANCE: f64 = 2e-3;

/// The inputs of an expression and its result.
type Expression = Result<(Vec<Id>, Id), GraphError>;
/// An expression under test: declares inputs and says what is computed of them.
type Build = fn(&mut Graph, &mut Sizes) -> Expression;

/// Random sizes, so that no rule fits one shape only.
struct Sizes(RandomState);

impl Sizes {
    fn size(&mut self, low: usize, high: usize) -> usize {
        low + (self.0.random_sample() * (high - low + 1) as f64) as usize
    }

    fn numbers(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.0.randn() as f32).collect()
    }
}

const CASES: &[(&str, Build)] = &[
    ("add, broadcast", |g, s| binary(g, s, Graph::add)),
    ("sub, broadcast", |g, s| binary(g, s, Graph::sub)),
    ("mul, broadcast", |g, s| binary(g, s, Graph::mul)),
    ("mul by itself", |g, s| unary(g, s, |g, x| g.mul("y", x, x))),
    ("add of another rank", |g, s| {
        let (n, c) = (s.size(1, 4), s.size(1, 4));
        let (a, b) = (g.input("a", [n, c].map(Dim::fixed)), g.input("b", [c].map(Dim::fixed)));
        Ok((vec![a, b], g.add("y", a, b)?))
    }),
    ("rsqrt", |g, s| {
        unary(g, s, |g, x| {
            let squared = g.mul("squared", x, x)?;
            let one = g.scalar(1.0);
            let positive = g.add("positive", squared, one)?;
            g.rsqrt("y", positive)
        })
    }),
    ("relu", |g, s| unary(g, s, |g, x| g.activation("y", x, Activation::Relu))),
    ("lrelu", |g, s| unary(g, s, |g, x| g.activation("y", x, Activation::LRelu))),
    ("tanh", |g, s| unary(g, s, |g, x| g.activation("y", x, Activation::Tanh))),
    ("sigmoid", |g, s| unary(g, s, |g, x| g.activation("y", x, Activation::Sigmoid))),
    ("elu", |g, s| unary(g, s, |g, x| g.activation("y", x, Activation::Elu))),
    ("selu", |g, s| unary(g, s, |g, x| g.activation("y", x, Activation::Selu))),
    ("softplus", |g, s| unary(g, s, |g, x| g.activation("y", x, Activation::Softplus))),
    ("swish", |g, s| unary(g, s, |g, x| g.activation("y", x, Activation::Swish))),
    ("clamp", |g, s| unary(g, s, |g, x| g.clamp("y", x, 0.5))),
    ("where positive", |g, s| {
        let shape = [s.size(1, 4), s.size(2, 6)];
        let mask = s.numbers(shape.iter().product());
        let condition = g.constant("condition", &shape, mask);
        let shape = shape.map(Dim::fixed);
        let (a, b) = (g.input("a", shape), g.input("b", [shape[1]]));
        Ok((vec![a, b], g.where_positive("y", condition, a, b)?))
    }),
    ("matmul", |g, s| {
        let (m, k, n) = (s.size(1, 5), s.size(1, 5), s.size(1, 5));
        let (a, b) = (g.input("a", [m, k].map(Dim::fixed)), g.input("b", [k, n].map(Dim::fixed)));
        Ok((vec![a, b], g.matmul("y", a, b)?))
    }),
    ("matmul, transposed", |g, s| {
        let (m, k, n) = (s.size(1, 5), s.size(1, 5), s.size(1, 5));
        let (a, b) = (g.input("a", [m, k].map(Dim::fixed)), g.input("b", [n, k].map(Dim::fixed)));
        Ok((vec![a, b], g.matmul_transposed("y", a, b)?))
    }),
    ("sum over axes", |g, s| unary(g, s, |g, x| g.reduce_sum("y", x, &[0, 2]))),
    ("reshape", |g, s| {
        let (a, b, c) = (s.size(1, 3), s.size(1, 4), s.size(1, 4));
        let x = g.input("x", [a, b, c].map(Dim::fixed));
        Ok((vec![x], g.reshape("y", x, &[a, b * c].map(Dim::fixed))?))
    }),
    ("concat", |g, s| {
        let (n, a, b) = (s.size(1, 3), s.size(1, 4), s.size(1, 4));
        let (x, z) = (g.input("a", [n, a].map(Dim::fixed)), g.input("b", [n, b].map(Dim::fixed)));
        Ok((vec![x, z], g.concat("y", &[x, z, x], 1)?))
    }),
    ("crop", |g, s| {
        let x = g.input("x", [s.size(1, 3), s.size(4, 8)].map(Dim::fixed));
        Ok((vec![x], g.crop("y", x, 1, s.size(0, 2), s.size(1, 2))?))
    }),
    ("slice", |g, s| {
        let x = g.input("x", [s.size(1, 3), 7, 2].map(Dim::fixed));
        Ok((vec![x], g.slice("y", x, 1, s.size(0, 4), 3)?))
    }),
    ("conv 3x3, padded", |g, s| conv(g, s, 3, Window2d::padded(1))),
    ("conv 3x3, valid", |g, s| conv(g, s, 3, Window2d::padded(0))),
    ("conv 1x1", |g, s| conv(g, s, 1, Window2d::padded(0))),
    ("conv 4x4, uneven padding", |g, s| conv(g, s, 4, Window2d { stride: 1, pad_begin: 2, pad_end: 1, groups: 1 })),
    ("conv 3x3, stride 2", |g, s| conv(g, s, 3, Window2d { stride: 2, pad_begin: 1, pad_end: 1, groups: 1 })),
    ("conv 4x4, stride 2", |g, s| conv(g, s, 4, Window2d { stride: 2, pad_begin: 2, pad_end: 1, groups: 1 })),
    ("conv, depthwise", |g, s| {
        let c = s.size(2, 4);
        conv_of(g, s, [c, c], 4, Window2d { stride: 1, pad_begin: 1, pad_end: 1, groups: c })
    }),
    ("transposed conv 3x3, stride 2", |g, s| {
        transposed(g, s, 3, Window2d { stride: 2, pad_begin: 0, pad_end: 0, groups: 1 })
    }),
    ("transposed conv 3x3, stride 2, cut", |g, s| {
        transposed(g, s, 3, Window2d { stride: 2, pad_begin: 1, pad_end: 1, groups: 1 })
    }),
    ("transposed conv, depthwise", |g, s| {
        let (n, c, h, w) = (s.size(1, 2), s.size(2, 4), s.size(3, 5), s.size(3, 5));
        let x = g.input("x", [n, c, h, w].map(Dim::fixed));
        let taps = s.numbers(c * 16);
        let weights = g.constant("weights", &[c, 1, 4, 4], taps);
        let window = Window2d { stride: 2, pad_begin: 1, pad_end: 1, groups: c };
        Ok((vec![x], g.conv_transpose("y", x, weights, window)?))
    }),
];

/// Rules whose own derivatives are taken too: a backward graph is a graph, and its operators are not all in the cases
/// above.
const TWICE: &[&str] =
    &["lrelu", "clamp", "where positive", "matmul", "sum over axes", "reshape", "concat", "crop", "conv 4x4, stride 2"];

#[test]
fn every_rule_agrees_with_finite_differences() {
    let mut table = Table::default();
    for (index, (name, build)) in CASES.iter().enumerate() {
        for twice in [false, true] {
            if twice && !TWICE.contains(name) {
                continue;
            }
            let rounds = (0..3).map(|round| Sizes(RandomState::new(1000 * index as u32 + round)));
            let errors: Vec<f64> = rounds.flat_map(|mut sizes| instance(*build, twice, &mut sizes)).collect();
            // A rule that was never compared has not been tested, and `max` passes over NaN.
            assert!(!errors.is_empty() && errors.iter().all(|error| error.is_finite()), "{name}: {errors:?}");
            let worst = errors.iter().copied().fold(0.0, f64::max);
            table.note(name, if twice { "its derivative's" } else { "derivative" }, worst, TOLERANCE);
        }
    }
    table.check("derivatives");
}

#[test]
fn a_derivative_that_does_not_exist_is_refused_by_name() {
    let mut g = Graph::new("runtime weights");
    let x = g.input("x", [1, 2, 4, 4].map(Dim::fixed));
    let weights = g.input("weights", [3, 2, 3, 3].map(Dim::fixed));
    let y = g.conv("y", x, weights, Window2d::padded(1)).expect("the shapes fit");
    g.output("result", y);
    let error = differentiate(&g, &[weights]).expect_err("convolution weights have no rule").to_string();
    assert!(error.contains("result: Conv") && error.contains("input 1"), "{error}");
}

/// The differences for one random instance of an expression, or of its backward graph.
fn instance(build: Build, twice: bool, sizes: &mut Sizes) -> Vec<f64> {
    let mut graph = Graph::new("expression");
    let (inputs, y) = build(&mut graph, sizes).expect("the expression is well formed");
    graph.output("result", y);
    if !twice {
        return errors(&graph, &inputs, sizes);
    }
    let backward = differentiate(&graph, &inputs).expect("every rule exists").backward;
    let cotangent = backward.inputs().iter().copied().find(|&id| backward.value(id).name == "grad.result");
    errors(&backward, &[cotangent.expect("the backward graph takes a gradient")], sizes)
}

/// The differences, relative to the norms, for each of the inputs `wrt`.
fn errors(graph: &Graph, wrt: &[Id], sizes: &mut Sizes) -> Vec<f64> {
    let derivative = differentiate(graph, wrt).expect("every rule exists");
    let (mut forward, mut backward) = (open(&derivative.forward), open(&derivative.backward));
    let mut random_for = |ids: &[Id]| -> BTreeMap<String, ArrayD<f32>> {
        ids.iter().map(|&id| (graph.value(id).name.clone(), random(sizes, &shape(graph, id)))).collect()
    };
    let at = random_for(graph.inputs());
    let cotangents: BTreeMap<String, ArrayD<f32>> =
        random_for(graph.outputs()).into_iter().map(|(name, array)| (format!("grad.{name}"), array)).collect();

    let saved = if derivative.saved.is_empty() {
        None
    } else {
        let request = given(&derivative.forward, &at);
        let request = derivative.saved.iter().fold(request, |request, name| request.keep(name));
        Some(forward.run(request).expect("forward runs"))
    };
    let mut request = Request::new();
    for &id in derivative.backward.inputs() {
        let name = &derivative.backward.value(id).name;
        request = match (at.get(name).or_else(|| cotangents.get(name)), saved.as_ref().and_then(|s| s.get(name))) {
            (Some(array), _) => request.input(name, array),
            (None, Some(saved)) => request.input(name, saved),
            (None, None) => panic!("nobody gives {name}"),
        };
    }
    let gradients: Vec<String> = wrt.iter().map(|&id| format!("grad.{}", graph.value(id).name)).collect();
    let result = gradients.iter().fold(request, |request, name| request.to_host(name));
    let result = backward.run(result).expect("backward runs");

    let mut errors = Vec::new();
    for (&id, gradient) in wrt.iter().zip(&gradients) {
        let name = &graph.value(id).name;
        let gradient = result.array(gradient).expect("it was asked for");
        assert_eq!(gradient.shape(), at[name].shape(), "a gradient has the shape of its input");
        for _ in 0..4 {
            let direction = random(sizes, gradient.shape());
            let mut loss = |sign: f32| -> f64 {
                let mut moved = at.clone();
                moved.insert(name.clone(), &at[name] + &(&direction * (sign * STEP)));
                let request = cotangents.keys().fold(given(&derivative.forward, &moved), |request, cotangent| {
                    request.to_host(output_of(cotangent))
                });
                let outputs = forward.run(request).expect("forward runs");
                let of = |(cotangent, weights): (&String, &ArrayD<f32>)| {
                    let y = outputs.array(output_of(cotangent)).expect("it was asked for");
                    y.iter().zip(weights).map(|(&y, &c)| f64::from(y) * f64::from(c)).sum::<f64>()
                };
                cotangents.iter().map(of).sum()
            };
            let measured = (loss(1.0) - loss(-1.0)) / (2.0 * f64::from(STEP));
            let claimed: f64 = gradient.iter().zip(&direction).map(|(&g, &d)| f64::from(g) * f64::from(d)).sum();
            errors.push((measured - claimed).abs() / (norm(&gradient) * norm(&direction)).max(1e-2));
        }
    }
    errors
}

/// The output that a cotangent belongs to.
fn output_of(cotangent: &str) -> &str {
    cotangent.strip_prefix("grad.").unwrap_or(cotangent)
}

/// A request with those of `arrays` that a graph takes.
fn given<'a>(graph: &Graph, arrays: &'a BTreeMap<String, ArrayD<f32>>) -> Request<'a> {
    let taken = |name: &str| graph.inputs().iter().any(|&id| graph.value(id).name == name);
    arrays.iter().filter(|(name, _)| taken(name)).fold(Request::new(), |r, (name, array)| r.input(name, array))
}

fn norm(x: &ArrayD<f32>) -> f64 {
    x.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt()
}

fn open(graph: &Graph) -> Session {
    let bytes = encode(graph, &Placements::default(), &Metadata::new()).expect("no tensor of a checkpoint");
    Session::open_bytes(&graph.name, &bytes, &SessionOptions::default()).expect("the graph opens")
}

fn shape(graph: &Graph, id: Id) -> Vec<usize> {
    graph.shape(id).iter().map(|d| d.known().expect("sizes are known here")).collect()
}

/// N(0, 1), but nowhere so near to 0 or ±½, where activations and the clamp have their kinks, that a step crosses one.
fn random(sizes: &mut Sizes, shape: &[usize]) -> ArrayD<f32> {
    let near = |x: f32| [-0.5, 0.0, 0.5].iter().any(|kink: &f32| (x - kink).abs() < 5.0 * STEP);
    let mut draw = || loop {
        let x = sizes.0.randn() as f32;
        if !near(x) {
            return x;
        }
    };
    ArrayD::from_shape_fn(shape, |_| draw())
}

fn unary(g: &mut Graph, s: &mut Sizes, op: fn(&mut Graph, Id) -> Result<Id, GraphError>) -> Expression {
    let x = g.input("x", [s.size(1, 3), s.size(1, 4), s.size(1, 5)].map(Dim::fixed));
    Ok((vec![x], op(g, x)?))
}

fn binary(g: &mut Graph, s: &mut Sizes, op: fn(&mut Graph, &str, Id, Id) -> Result<Id, GraphError>) -> Expression {
    let (n, c, h) = (s.size(1, 3), s.size(2, 4), s.size(2, 4));
    let a = g.input("a", [n, c, h].map(Dim::fixed));
    let b = g.input("b", [1, c, 1].map(Dim::fixed));
    Ok((vec![a, b], op(g, "y", a, b)?))
}

fn conv(g: &mut Graph, s: &mut Sizes, kernel: usize, window: Window2d) -> Expression {
    let channels = [s.size(1, 4), s.size(1, 4)];
    conv_of(g, s, channels, kernel, window)
}

fn conv_of(g: &mut Graph, s: &mut Sizes, [out, inner]: [usize; 2], kernel: usize, window: Window2d) -> Expression {
    let size = s.size(5, 8);
    let x = g.input("x", [s.size(1, 2), inner, size, size + window.stride * s.size(0, 1)].map(Dim::fixed));
    let shape = [out, inner / window.groups, kernel, kernel];
    let numbers = s.numbers(shape.iter().product());
    let weights = g.constant("weights", &shape, numbers);
    Ok((vec![x], g.conv("y", x, weights, window)?))
}

fn transposed(g: &mut Graph, s: &mut Sizes, kernel: usize, window: Window2d) -> Expression {
    let (out, inner) = (s.size(1, 4), s.size(1, 4));
    let x = g.input("x", [s.size(1, 2), inner, s.size(3, 6), s.size(3, 6)].map(Dim::fixed));
    let numbers = s.numbers(inner * out * kernel * kernel);
    let weights = g.constant("weights", &[inner, out, kernel, kernel], numbers);
    Ok((vec![x], g.conv_transpose("y", x, weights, window)?))
}
