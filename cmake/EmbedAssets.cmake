# cmake -DFOLDER=web/dist -DOUTPUT=assets.cpp -P cmake/EmbedAssets.cmake
#
# Writes a source with every file below FOLDER as a string literal, and its gzipped copy where that
# is smaller; what src/http/assets.hpp declares. Files of hidden folders and source maps stay out.
cmake_minimum_required(VERSION 3.25)

set(types
  html "text/html\; charset=utf-8" js "text/javascript\; charset=utf-8" css "text/css\; charset=utf-8"
  svg "image/svg+xml" png "image/png" ico "image/x-icon" json "application/json"
  webmanifest "application/manifest+json" woff2 "font/woff2" txt "text/plain\; charset=utf-8"
  wasm "application/wasm" mp3 "audio/mpeg" wav "audio/wav")

# The content of `file` as a C++ string literal, and its length.
function(read_literal file literal length)
  file(READ "${file}" hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR bytes "${digits} / 2")
  string(REGEX REPLACE "(..)" "\\\\x\\1" escaped "${hex}")
  set(${literal} "\"${escaped}\"" PARENT_SCOPE)
  set(${length} ${bytes} PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files RELATIVE "${FOLDER}" "${FOLDER}/*")
list(FILTER files EXCLUDE REGEX "(^|/)\\.|\\.map$")
list(SORT files)

set(entries "")
foreach(file IN LISTS files)
  string(REGEX REPLACE ".*\\." "" suffix "${file}")
  list(FIND types "${suffix}" index)
  if(index EQUAL -1)
    message(FATAL_ERROR "${FOLDER}/${file}: no media type is known for .${suffix}; add it to ${CMAKE_CURRENT_LIST_FILE}")
  endif()
  math(EXPR index "${index} + 1")
  list(GET types ${index} type)

  read_literal("${FOLDER}/${file}" plain plain_length)
  file(SHA256 "${FOLDER}/${file}" sum)
  string(SUBSTRING "${sum}" 0 16 tag)
  execute_process(COMMAND gzip -9 -n -c "${FOLDER}/${file}" OUTPUT_FILE "${OUTPUT}.gz"
                  COMMAND_ERROR_IS_FATAL ANY)
  read_literal("${OUTPUT}.gz" gzipped gzipped_length)
  if(NOT gzipped_length LESS plain_length)
    set(gzipped "\"\"")
    set(gzipped_length 0)
  endif()
  string(APPEND entries
    "    {\"${file}\", \"${type}\", \"${tag}\",\n"
    "     std::string_view(${plain}, ${plain_length}),\n"
    "     std::string_view(${gzipped}, ${gzipped_length})},\n")
endforeach()
file(REMOVE "${OUTPUT}.gz")

list(LENGTH files count)
file(WRITE "${OUTPUT}" "#include <array>

#include \"http/assets.hpp\"

namespace auscult::http {

std::span<const Asset> assets() {
  static constexpr std::array<Asset, ${count}> kAssets = {{
${entries}  }};
  return kAssets;
}

}  // namespace auscult::http
")
