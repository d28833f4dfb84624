/** ONNX Runtime's message about a file, without the path, which ours names, and without the place in its own sources. */
export function loadingFault(message: string): string {
  return message.replace(/^Load model from .*? failed:/, "").replace(/^\/\S+\.(cc|h):\d+ .*\) /, "");
}
