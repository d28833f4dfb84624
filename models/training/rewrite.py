"""The graph of an exported model, rewritten so that its 8-bit variant is fast: the same answers to 1e-6, other operators."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def constant(graph, name):
    """The array that a name stands for: an initializer or a Constant."""
    for node in graph.node:
        if name in node.output and node.op_type == "Constant":
            return numpy_helper.to_array(node.attribute[0].t)
    return numpy_helper.to_array(next(tensor for tensor in graph.initializer if tensor.name == name))


def weights_as_floats(graph):
    """Weights that are stored as 16-bit floats behind a Cast as plain 32-bit ones: quantisers see no weights in others."""
    halves = {tensor.name: tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT16}
    casts = [node for node in graph.node if node.op_type == "Cast" and node.input[0] in halves]
    for cast in casts:
        weights = numpy_helper.to_array(halves[cast.input[0]]).astype(np.float32)
        halves[cast.input[0]].CopyFrom(numpy_helper.from_array(weights, cast.output[0]))
        graph.node.remove(cast)


def add_constant(graph, name, array):
    graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
    return name


def replace(graph, node, nodes):
    """`nodes` in the place of one."""
    kept = list(graph.node)
    index = kept.index(node)
    kept[index : index + 1] = nodes
    del graph.node[:]
    graph.node.extend(kept)


def scale_in_first_convolution(graph):
    """image * scale - offset, then convolution -> image - offset / scale, then a convolution whose weights are scaled.

    The offset stays where it is: the padding behind it is zero. A product over all of the picture takes longer than a layer of the middle.
    """
    convolution = next(node for node in graph.node if node.op_type == "Conv")
    difference = next(node for node in graph.node if node.op_type == "Sub" and node.output[0] == convolution.input[0])
    product = next(node for node in graph.node if node.op_type == "Mul" and node.output[0] == difference.input[0])
    scale, offset = (float(constant(graph, node.input[1])) for node in (product, difference))
    weights = constant(graph, convolution.input[1]) * np.float32(scale)
    convolution.input[1] = add_constant(graph, "scaled.weights", weights)
    difference.input[1] = add_constant(graph, "scaled.offset", np.float32(offset / scale))
    difference.input[0] = product.input[0]
    graph.node.remove(product)


def classifier_as_product(graph):
    """The last convolution, 1x1, as a product over channels that come last: ONNX Runtime has one in integers, and need not turn 96 features
    into floats for five. Returns the product's name."""
    convolution = [node for node in graph.node if node.op_type == "Conv"][-1]
    weights, bias = (constant(graph, name) for name in convolution.input[1:])
    if weights.shape[2:] != (1, 1):
        raise SystemExit(f"the classifier {convolution.name} is not 1 x 1")
    matrix = add_constant(graph, "classifier.matrix", weights[:, :, 0, 0].T)
    replace(graph, convolution, [
        helper.make_node("Transpose", [convolution.input[0]], ["classifier.features"], "classifier.last", perm=[0, 2, 3, 1]),
        helper.make_node("MatMul", ["classifier.features", matrix], ["classifier.product"], "classifier.product"),
        helper.make_node("Add", ["classifier.product", add_constant(graph, "classifier.bias", bias)], ["classifier.sum"], "classifier.sum"),
        helper.make_node("Transpose", ["classifier.sum"], [convolution.output[0]], "classifier.first", perm=[0, 3, 1, 2]),
    ])
    return "classifier.product"


def softmax_in_steps(graph):
    """Softmax over the classes as exponentials and their sum, which ONNX Runtime computes for many pixels at a time; its Softmax takes
    the pixels one by one. Without subtracting the greatest: logits that were 8-bit integers are far from where float32 overflows."""
    softmax = next(node for node in graph.node if node.op_type == "Softmax")
    axes = add_constant(graph, "softmax.axes", np.array([1], np.int64))
    replace(graph, softmax, [
        helper.make_node("Exp", [softmax.input[0]], ["softmax.exponentials"], "softmax.exponentials"),
        helper.make_node("ReduceSum", ["softmax.exponentials", axes], ["softmax.sum"], "softmax.sum", keepdims=1),
        helper.make_node("Div", ["softmax.exponentials", "softmax.sum"], [softmax.output[0]], "softmax"),
    ])
