# Install the core, build the example against it with find_package(ssld), from a project of older
# C++, and run it:
# cmake -DBUILD=... -DSOURCE=... -DCOMPILER=... -DGENERATOR=... -P find_package_test.cmake
set(WORK ${BUILD}/find_package)
file(REMOVE_RECURSE ${WORK})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed: ${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${SOURCE}/examples/cpp -B ${WORK}/build -G ${GENERATOR}
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_STANDARD=14 -DCMAKE_PREFIX_PATH=${WORK}/prefix)
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/match_rows)
if(NOT output MATCHES "1000 matches")
  message(FATAL_ERROR "the example found other matches:\n${output}")
endif()

# Files of numpy, where there is one.
find_program(PYTHON NAMES python python3)
execute_process(COMMAND ${PYTHON} -c "import numpy as n\na = n.eye(3, dtype='f4')\n\
n.save('a.npy', a); n.save('b.npy', a[::-1].copy()); n.save('c.npy', a[0])"
  WORKING_DIRECTORY ${WORK} RESULT_VARIABLE result)
if(result EQUAL 0)
  run(${WORK}/build/match_rows ${WORK}/a.npy ${WORK}/b.npy 0.8)
  if(NOT output MATCHES "0 2 0\n1 1 0\n2 0 0\n")
    message(FATAL_ERROR "wrong matches of files:\n${output}")
  endif()
  execute_process(COMMAND ${WORK}/build/match_rows ${WORK}/a.npy ${WORK}/c.npy
    RESULT_VARIABLE result ERROR_VARIABLE output OUTPUT_QUIET)
  if(result EQUAL 0 OR NOT output MATCHES "float32 or uint8 is wanted")
    message(FATAL_ERROR "a 1-D array was not refused: ${output}")
  endif()
endif()
