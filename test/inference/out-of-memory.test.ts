import { expect, test } from "vitest";
import { isOutOfMemory } from "../../src/inference/out-of-memory.ts";

test.each([
  "CUDA failure 2: out of memory ; GPU=0 ; hostname=node ; file=cuda_allocator.cc ; line=47 ; expr=cudaMalloc((void**)&p, size);",
  "bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 1073741824",
  "CUDNN failure 4: CUDNN_STATUS_ALLOC_FAILED ; GPU=0",
  "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED",
  "vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY",
  "std::bad_alloc",
])("is found in what runtimes say: %s", (message) => {
  expect(isOutOfMemory(message)).toBe(true);
});

test.each([
  "Got invalid dimensions for input: image",
  "CUDA failure 700: an illegal memory access was encountered",
  "the device was lost",
])("is not seen in other failures: %s", (message) => {
  expect(isOutOfMemory(message)).toBe(false);
});
