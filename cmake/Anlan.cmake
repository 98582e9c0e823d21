# How a folder becomes a library, and how a test or fuzz target joins it.
#
#   anlan_library(base SOURCES a.c b.c DEPENDS … PKG jansson)
#     static library anlan_base; exports src/<folder>/include only, so that an upward include does not compile.
#   anlan_sql(db queries.sql …)        statements and migrations beside the code, turned into C by tools/sqlgen
#   anlan_migrations(kernel migrations/0001_core.sql …)   → kernel_migrations.h: kernel_migrations[], kernel_nmigrations
#   anlan_test(db test_query.c LABELS db)
#   anlan_fuzz(gateway_line fuzz_line.c CORPUS line)

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(anlan_library name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPENDS;PKG" ${ARGN})
  set(target anlan_${name})
  add_library(${target} STATIC ${A_SOURCES})
  target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE anlan_flags Threads::Threads m)
  foreach(dep ${A_DEPENDS})
    target_link_libraries(${target} PUBLIC anlan_${dep})
  endforeach()
  foreach(pkg ${A_PKG})
    string(MAKE_C_IDENTIFIER "pkg_${pkg}" var)
    if(NOT TARGET PkgConfig::${var})
      pkg_check_modules(${var} REQUIRED IMPORTED_TARGET GLOBAL ${pkg})
    endif()
    target_link_libraries(${target} PRIVATE PkgConfig::${var})
  endforeach()
endfunction()

# Each .sql file of the current folder → <stem>_sql.h and <stem>_sql.c, part of anlan_<name>.
function(anlan_sql name)
  foreach(file ${ARGN})
    get_filename_component(stem ${file} NAME_WE)
    string(REPLACE "-" "_" prefix "${name}_${stem}")
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${prefix}_sql)
    add_custom_command(OUTPUT ${out}.c ${out}.h
      COMMAND sqlgen ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${prefix} ${out}.c ${out}.h
      DEPENDS sqlgen ${CMAKE_CURRENT_SOURCE_DIR}/${file} VERBATIM)
    target_sources(anlan_${name} PRIVATE ${out}.c ${out}.h)
    target_include_directories(anlan_${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
  endforeach()
endfunction()

# Migrations of one owner, numbered without gaps, as a const table in <name>_migrations.h. A library may have
# several owners: anlan_migrations(kernel OWNER kernel_notice migrations/…).
function(anlan_migrations name)
  cmake_parse_arguments(A "" "OWNER" "" ${ARGN})
  set(owner ${name})
  if(A_OWNER)
    set(owner ${A_OWNER})
  endif()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${owner}_migrations)
  set(files ${A_UNPARSED_ARGUMENTS})
  list(TRANSFORM files PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  add_custom_command(OUTPUT ${out}.c ${out}.h
    COMMAND sqlgen --migrations ${owner} ${out}.c ${out}.h ${files}
    DEPENDS sqlgen ${files} VERBATIM)
  target_sources(anlan_${name} PRIVATE ${out}.c ${out}.h)
  target_include_directories(anlan_${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
endfunction()

function(anlan_test name file)
  cmake_parse_arguments(A "" "TIMEOUT" "LABELS;DEPENDS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  get_filename_component(stem ${file} NAME_WE)
  set(target ${name}_${stem})
  add_executable(${target} ${file})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(${target} PRIVATE anlan_flags anlan_${name} PkgConfig::pkg_cmocka Threads::Threads m)
  foreach(dep ${A_DEPENDS})
    target_link_libraries(${target} PRIVATE anlan_${dep})
  endforeach()
  target_compile_definitions(${target} PRIVATE ANLAN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name}.${stem} COMMAND ${target})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)
  endif()
  if(NOT A_LABELS)
    set(A_LABELS unit)
  endif()
  # The long ones first, so that none of them runs alone at the end.
  set(cost 1)
  if("db" IN_LIST A_LABELS)
    set(cost 20)
  endif()
  set_tests_properties(${name}.${stem} PROPERTIES LABELS "${A_LABELS}" TIMEOUT ${A_TIMEOUT} COST ${cost})
endfunction()

# A libFuzzer target in the fuzz preset; in every other preset a plain driver that replays fuzz/corpora/<corpus> and
# fuzz/regressions/<corpus> as an ordinary test.
function(anlan_fuzz name file)
  cmake_parse_arguments(A "" "CORPUS" "DEPENDS" ${ARGN})
  get_filename_component(stem ${file} NAME_WE)
  set(target ${stem})
  if(ANLAN_FUZZ)
    add_executable(${target} ${file})
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  elseif(BUILD_TESTING)
    add_executable(${target} ${file} ${CMAKE_SOURCE_DIR}/fuzz/replay.c)
    add_test(NAME fuzz.${stem} COMMAND ${target} ${CMAKE_SOURCE_DIR}/fuzz/corpora/${A_CORPUS}
                                                ${CMAKE_SOURCE_DIR}/fuzz/regressions/${A_CORPUS})
    set_tests_properties(fuzz.${stem} PROPERTIES LABELS "fuzz" TIMEOUT 120)
  else()
    return()
  endif()
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(${target} PRIVATE anlan_flags anlan_${name} Threads::Threads m)
  foreach(dep ${A_DEPENDS})
    target_link_libraries(${target} PRIVATE anlan_${dep})
  endforeach()
endfunction()
