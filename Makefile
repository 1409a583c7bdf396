# Every target that a user or the continuous integration calls. `make help` lists them.
PYTHON ?= python3
OPENCV5 ?= 5.0.0.93
OPENCV_WHEELS ?= opencv-python opencv-python-headless opencv-contrib-python \
  opencv-contrib-python-headless
A ?=
B ?=
DATA ?=

PIP_FLAGS := -q --disable-pip-version-check
SOURCES := $(shell find cpp python training CMakeLists.txt pyproject.toml -type f \
             -not -name '*.pyc' -not -name '*.so' -not -path '*/tests/*')
LINTED := python training tests examples benchmarks docs/hooks.py docs/browser cpp/tests
CPP_FILES := $(shell find cpp examples/cpp -name '*.cpp' -o -name '*.hpp')
CMAKE := cmake -S . -B build/cpp -G Ninja -DSSLD_BUILD_PYTHON=OFF -DSSLD_WERROR=ON
WHEELS := build/wheels
WHEEL := $(WHEELS)/.built

.PHONY: help demo test test-cpp test-python test-package test-training test-opencv5 test-oldest lint \
  format bench docs readme clean host dist test-dist example-cpp

help:
	@sed -n 's/^## //p' Makefile

## make demo [A=one.jpg B=two.jpg]   match photographs with SIFT, ORB and SSLDescriptor, see demo-out/
demo: .venv-demo/.installed
	.venv-demo/bin/python examples/demo.py --out demo-out $(if $(A),"$(A)") $(if $(B),"$(B)")

## make test                         C++ tests, Python tests, and the tests again on OpenCV 5 and on the oldest versions
test: test-cpp
	@$(MAKE) --no-print-directory -j2 --output-sync=target test-package test-training test-opencv5 test-oldest

## make test-cpp                     C++ tests only
test-cpp: .venv/.installed
	@PYTHON="$(PYTHON)" .ci/host_tools doctest
	@if .ci/has_doctest; then \
	  . .venv/bin/activate && \
	  $(CMAKE) -DSSLD_BUILD_TESTS=ON >/dev/null && \
	  cmake --build build/cpp && ctest --test-dir build/cpp --output-on-failure; \
	elif [ -n "$(CI)" ]; then \
	  echo "error: the C++ tests need doctest (Debian: doctest-dev)" >&2; exit 1; \
	else \
	  echo "##### C++ TESTS SKIPPED: doctest is missing (Debian: apt-get install doctest-dev) #####"; \
	fi

## make example-cpp                  the C++ examples, in build/example/, with onnxruntime fetched into build/onnxruntime/
example-cpp: .venv/.installed
	@unset MAKEFLAGS; if .ci/get_onnxruntime .venv/bin/python build/onnxruntime; then \
	  . .venv/bin/activate && $(CMAKE) >/dev/null && cmake --build build/cpp --target ssld && \
	  cmake --install build/cpp --prefix build/ssld >/dev/null && \
	  cmake -S examples/cpp -B build/example -G Ninja -DCMAKE_PREFIX_PATH="$(CURDIR)/build/ssld" \
	    -DONNXRUNTIME_ROOT="$(CURDIR)/build/onnxruntime" \
	    -DCMAKE_CXX_FLAGS="-Wall -Wextra -Wshadow -Werror" >/dev/null && \
	  cmake --build build/example; \
	elif [ -n "$(CI)" ]; then exit 1; else \
	  echo "##### C++ EXAMPLE WITH ONNXRUNTIME NOT TESTED: see the error above #####"; \
	fi

## make test-python                  Python tests only: those of the package and those of the training
test-python: test-package test-training

test-training: .venv/.ready
	.venv/bin/python -m pytest -q tests/training

test-package: .venv/.ready example-cpp
	@PYTHON="$(PYTHON)" .ci/host_tools npm chromium
	@if command -v npm >/dev/null || [ -n "$(CI)" ]; then $(MAKE) --no-print-directory docs; else \
	  echo "##### DOCUMENTATION NOT TESTED: npm is missing (Debian: apt-get install npm) #####"; \
	fi
	.venv/bin/python -m pytest -q --ignore tests/training

## make test-opencv5                 the tests that need neither torch nor a browser, on OpenCV 5
test-opencv5: .venv-opencv5/.ready example-cpp
	.venv-opencv5/bin/python -m pytest -q --ignore tests/training --ignore tests/browser \
	  --ignore tests/test_codebase.py

## make test-oldest                  many of the tests on the oldest numpy, OpenCV and onnxruntime supported
test-oldest: .venv-oldest/.ready
	.venv-oldest/bin/python -m pytest -q tests/test_minimal.py tests/cli tests/examples tests/features \
	  tests/matching

## make lint                         ruff, mypy, clang-format, symbols of the kernels
lint: .venv/.installed build/typed
	.venv/bin/ruff check $(LINTED)
	.venv/bin/ruff format --check $(LINTED)
	.venv/bin/mypy
	.venv/bin/clang-format --dry-run -Werror $(CPP_FILES)
	. .venv/bin/activate && $(CMAKE) -DSSLD_BUILD_TESTS=OFF >/dev/null && cmake --build build/cpp
	.venv/bin/python cpp/tests/check_kernel_symbols.py build/cpp

## make format                       rewrite Python and C++ in the project's style
format: .venv/.installed
	.venv/bin/ruff check --fix-only $(LINTED)
	.venv/bin/ruff format $(LINTED)
	.venv/bin/clang-format -i $(CPP_FILES)

## make bench [DATA=sequences/]      speed beside OpenCV's, with DATA also accuracy, into benchmarks/results/
bench: .venv/.ready
	.venv/bin/python benchmarks/bench_describe.py
	.venv/bin/python benchmarks/bench_match.py
	$(if $(DATA),.venv/bin/python benchmarks/accuracy.py --data "$(DATA)")

## make docs                         the documentation as a site, with the page for browsers, into build/site/
docs: .venv/.ready build/node/.installed
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build -q
	.venv/bin/python docs/browser/build.py build/node/node_modules build/site/browser

## make dist                         source archive and wheel, the wheel made from the archive without network
dist: .venv/.installed
	rm -rf dist build/sdist
	.venv/bin/python -m build --sdist --no-isolation --outdir dist . >/dev/null
	mkdir -p build/sdist && tar -xf dist/*.tar.gz -C build/sdist --strip-components 1
	PIP_NO_INDEX=1 HTTPS_PROXY=http://127.0.0.1:9 .venv/bin/pip wheel $(PIP_FLAGS) --no-deps \
	  --no-build-isolation -w dist build/sdist
	.venv/bin/python .ci/check_wheel dist/*.whl

## make test-dist                    that wheel in empty environments, with each of the four OpenCV wheels
test-dist: dist
	for opencv in $(OPENCV_WHEELS); do \
	  .ci/try_wheel dist/*.whl $$opencv || exit 1; \
	done

## make readme                       put the results and the demo's picture into the README
readme: demo
	.venv-demo/bin/python benchmarks/readme.py

## make clean                        remove everything that these targets made
clean:
	rm -rf build dist demo-out .venv .venv-demo .venv-opencv5 .venv-oldest
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find python training tests examples benchmarks docs -name __pycache__ -prune -exec rm -rf {} +

# What pip cannot install: a compiler, venv, Python's headers.
host:
	@PYTHON="$(PYTHON)" .ci/host_tools

# mypy's view of the package as it is installed: two source folders become one.
build/typed: $(wildcard python/ssldescriptor/*)
	rm -rf $@ && mkdir -p $@/ssldescriptor
	ln -s $(abspath python/ssldescriptor)/* $(abspath training) $@/ssldescriptor/

# The development environment: dependencies first, the package itself from the wheel.
.venv/.installed: constraints.txt pyproject.toml | host
	$(PYTHON) -m venv .venv
	.venv/bin/python .ci/requirements dev docs release train eval opencv collections scale > .venv/requirements.txt
	.venv/bin/pip install $(PIP_FLAGS) -c constraints.txt -r .venv/requirements.txt
	touch $@

$(WHEEL): $(SOURCES) .venv/.installed
	rm -rf $(WHEELS)
	.venv/bin/pip wheel $(PIP_FLAGS) --no-deps --no-build-isolation -w $(WHEELS) .
	touch $@

.venv/.ready: $(WHEEL)
	.venv/bin/pip install $(PIP_FLAGS) --no-deps --force-reinstall $(WHEELS)/*.whl
	touch $@

# What the documentation's page for browsers loads.
build/node/.installed: docs/browser/package.json docs/browser/package-lock.json
	@PYTHON="$(PYTHON)" .ci/host_tools npm
	rm -rf build/node && mkdir -p build/node
	cp $^ build/node/
	npm ci --prefix build/node --ignore-scripts --no-audit --no-fund --silent
	touch $@

.venv-opencv5/.ready: $(WHEEL)
	grep -v '^opencv' constraints.txt > build/constraints-opencv5.txt
	$(PYTHON) -m venv .venv-opencv5
	.venv-opencv5/bin/pip install $(PIP_FLAGS) -c build/constraints-opencv5.txt \
	  numpy onnxruntime opencv-contrib-python==$(OPENCV5) pytest hypothesis scikit-image onnx \
	  h5py faiss-cpu matplotlib
	.venv-opencv5/bin/pip install $(PIP_FLAGS) --no-deps --force-reinstall $(WHEELS)/*.whl
	touch $@

.venv-oldest/.ready: $(WHEEL) constraints-oldest.txt
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/pip install $(PIP_FLAGS) -r constraints-oldest.txt
	.venv-oldest/bin/pip install $(PIP_FLAGS) --no-deps --force-reinstall $(WHEELS)/*.whl
	touch $@

# As a user would install it; the headless wheel needs no graphics libraries.
.venv-demo/.installed: $(SOURCES) constraints.txt | host
	$(PYTHON) -m venv .venv-demo
	.venv-demo/bin/pip install $(PIP_FLAGS) -c constraints.txt . \
	  opencv-contrib-python-headless scikit-image
	touch $@
