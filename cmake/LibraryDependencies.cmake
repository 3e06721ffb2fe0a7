# The outside libraries of the installed library; its package finds them with this very file.
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
pkg_check_modules(sndfile REQUIRED IMPORTED_TARGET sndfile)
pkg_check_modules(ogg REQUIRED IMPORTED_TARGET ogg)
pkg_check_modules(soxr REQUIRED IMPORTED_TARGET soxr)
find_package(nlohmann_json REQUIRED)
find_package(Protobuf REQUIRED)

# oneDNN and ONNX by hand, since their own CMake files also ask for OpenCL and for ONNXIFI. libgomp
# is the OpenMP that Debian's oneDNN runs on; model/ holds it to one thread.
if(NOT TARGET auscult_dnnl)
  find_library(AUSCULT_DNNL dnnl REQUIRED)
  find_library(AUSCULT_GOMP NAMES libgomp.so.1 REQUIRED)
  find_path(AUSCULT_DNNL_INCLUDE oneapi/dnnl/dnnl.hpp REQUIRED)
  add_library(auscult_dnnl INTERFACE IMPORTED)
  target_include_directories(auscult_dnnl SYSTEM INTERFACE "${AUSCULT_DNNL_INCLUDE}")
  target_link_libraries(auscult_dnnl INTERFACE "${AUSCULT_DNNL}" "${AUSCULT_GOMP}")

  find_library(AUSCULT_ONNX_PROTO onnx_proto REQUIRED)
  find_path(AUSCULT_ONNX_INCLUDE onnx/onnx_pb.h REQUIRED)
  add_library(auscult_onnx_proto INTERFACE IMPORTED)
  target_include_directories(auscult_onnx_proto SYSTEM INTERFACE "${AUSCULT_ONNX_INCLUDE}")
  target_compile_definitions(auscult_onnx_proto INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)
  target_link_libraries(auscult_onnx_proto INTERFACE "${AUSCULT_ONNX_PROTO}" protobuf::libprotobuf)
endif()
