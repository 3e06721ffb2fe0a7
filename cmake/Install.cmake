# What `cmake --install` puts in place: the command, the models, and the package `auscult` whose one
# target auscult::auscult is a static library of the modules behind include/auscult.
include(CMakePackageConfigHelpers)

set(library_modules core audio signal model beats features classify)
add_library(auscult_library STATIC)
add_library(auscult::auscult ALIAS auscult_library)
set_target_properties(auscult_library PROPERTIES
  EXPORT_NAME auscult OUTPUT_NAME auscult LINKER_LANGUAGE CXX)
target_compile_features(auscult_library PUBLIC cxx_std_20)
target_include_directories(auscult_library INTERFACE
  "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
foreach(module IN LISTS library_modules)
  target_sources(auscult_library PRIVATE $<TARGET_OBJECTS:auscult_${module}>)
  # Objects of link-time optimisation alone would bind a consumer to this very compiler.
  if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(auscult_${module} PRIVATE -ffat-lto-objects)
  endif()
  # The modules themselves are inside; what is left are the outside libraries.
  get_target_property(links auscult_${module} LINK_LIBRARIES)
  list(FILTER links EXCLUDE REGEX "auscult::|auscult_warnings")
  target_link_libraries(auscult_library PRIVATE ${links})
endforeach()

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/auscult")
install(TARGETS auscult_library EXPORT auscult)
install(EXPORT auscult NAMESPACE auscult:: FILE auscultTargets.cmake DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/auscultConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES cmake/auscultConfig.cmake cmake/LibraryDependencies.cmake
              "${PROJECT_BINARY_DIR}/auscultConfigVersion.cmake"
        DESTINATION "${package_dir}")
install(DIRECTORY include/auscult TYPE INCLUDE)
install(DIRECTORY models DESTINATION "${CMAKE_INSTALL_DATADIR}/auscult" COMPONENT service)
install(FILES LICENSE README.md TYPE DOC COMPONENT service)
