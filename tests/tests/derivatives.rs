//! Every vector-Jacobian product against central finite differences, through ONNX Runtime.

use dragfx_engine::seed::RandomState;
use dragfx_export::ir::{Dim, Graph, GraphError, Id, Window2d, differentiate};
use dragfx_export::onnx::{Metadata, Placements, encode};
use dragfx_export::spec::Activation;
use dragfx_runtime::{Request, Session, SessionOptions};
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

#[test]
#[expect(clippy::print_stdout, reason = "the table is what the test shows")]
fn every_rule_agrees_with_finite_differences() {
    println!("{:<36} {:>10} {:>12}", "rule", "checks", "worst");
    let mut failed = Vec::new();
    for (index, (name, build)) in CASES.iter().enumerate() {
        let rounds = (0..3).map(|round| Sizes(RandomState::new(1000 * index as u32 + round)));
        let errors: Vec<f64> = rounds.flat_map(|mut sizes| errors(*build, &mut sizes)).collect();
        let worst = errors.iter().copied().fold(0.0, f64::max);
        println!("{name:<36} {:>10} {worst:>12.2e}", errors.len());
        // A rule that was never compared has not been tested.
        if errors.is_empty() || errors.iter().any(|error| error.is_nan()) || worst > TOLERANCE {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "these rules differ from finite differences: {failed:?}");
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

/// The differences, relative to the norms, for each input of one random instance of an expression.
fn errors(build: Build, sizes: &mut Sizes) -> Vec<f64> {
    let mut graph = Graph::new("expression");
    let (inputs, y) = build(&mut graph, sizes).expect("the expression is well formed");
    graph.output("result", y);
    let derivative = differentiate(&graph, &inputs).expect("every rule exists");
    let (mut forward, mut backward) = (open(&derivative.forward), open(&derivative.backward));

    let names: Vec<String> = inputs.iter().map(|&id| graph.value(id).name.clone()).collect();
    let at: Vec<ArrayD<f32>> = inputs.iter().map(|&id| random(sizes, &shape(&graph, id))).collect();
    let cotangent = random(sizes, &shape(&graph, y));
    let with_inputs = |at: &'_ [ArrayD<f32>]| -> Vec<(String, ArrayD<f32>)> {
        names.iter().cloned().zip(at.iter().cloned()).collect()
    };

    let given = with_inputs(&at);
    let request = given.iter().fold(Request::new(), |r, (name, x)| r.input(name, x));
    let outputs = forward.run(derivative.saved.iter().fold(request, |r, name| r.keep(name)));
    let outputs = if derivative.saved.is_empty() { None } else { Some(outputs.expect("forward runs")) };
    let mut request = Request::new();
    for &id in derivative.backward.inputs() {
        let name = &derivative.backward.value(id).name;
        request = match (names.iter().position(|n| n == name), outputs.as_ref().and_then(|o| o.get(name))) {
            (Some(index), _) => request.input(name, &at[index]),
            (None, Some(saved)) => request.input(name, saved),
            (None, None) => request.input(name, &cotangent),
        };
    }
    let gradients: Vec<String> = names.iter().map(|name| format!("grad.{name}")).collect();
    let result = gradients.iter().fold(request, |r, name| r.to_host(name));
    let result = backward.run(result).expect("backward runs");

    let mut errors = Vec::new();
    for (index, gradient) in gradients.iter().enumerate() {
        let gradient = result.array(gradient).expect("it was asked for");
        assert_eq!(gradient.shape(), at[index].shape(), "a gradient has the shape of its input");
        for _ in 0..4 {
            let direction = random(sizes, gradient.shape());
            let mut loss = |sign: f32| -> f64 {
                let mut moved = at.clone();
                moved[index] = &at[index] + &(&direction * (sign * STEP));
                let given = with_inputs(&moved);
                let request = given.iter().fold(Request::new(), |r, (name, x)| r.input(name, x));
                let outputs = forward.run(request.to_host("result")).expect("forward runs");
                let y = outputs.array("result").expect("it was asked for");
                y.iter().zip(&cotangent).map(|(&y, &c)| f64::from(y) * f64::from(c)).sum()
            };
            let measured = (loss(1.0) - loss(-1.0)) / (2.0 * f64::from(STEP));
            let claimed: f64 = gradient.iter().zip(&direction).map(|(&g, &d)| f64::from(g) * f64::from(d)).sum();
            errors.push((measured - claimed).abs() / (norm(&gradient) * norm(&direction)).max(1e-2));
        }
    }
    errors
}

fn norm(x: &ArrayD<f32>) -> f64 {
    x.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt()
}

fn open(graph: &Graph) -> Session {
    let bytes = encode(graph, &Placements::default(), &Metadata::new());
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
