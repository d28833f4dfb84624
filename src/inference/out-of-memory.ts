/**
 * True for a runtime's message about memory that a device has not got: CUDA ("CUDA failure 2: out of memory", "Failed to allocate
 * memory for requested buffer", CUDNN_STATUS_ALLOC_FAILED, CUBLAS_STATUS_ALLOC_FAILED), Vulkan through WebGPU
 * (VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_OUT_OF_HOST_MEMORY) and C++ (std::bad_alloc).
 */
export function isOutOfMemory(message: string): boolean {
  return /out[ _]of[ _]((device|host|pool)[ _])?memory|failed to allocate memory|_alloc_failed|bad_alloc/i.test(
    message,
  );
}
