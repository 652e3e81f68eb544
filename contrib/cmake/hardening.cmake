# What makes a mistake in C harder to turn into an attack: flags of the compiler and the
# linker, each where it is known. contrib/hardening.py looks for them in what was built.
# usage: include it once the target outfeed_flags is there.
option(OUTFEED_HARDEN "Build with the hardening flags that compiler and linker know" ON)

include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckLinkerFlag)
include(CheckPIESupported)

# outfeed_harden_compile(FLAG...): each of them that the compiler takes.
function(outfeed_harden_compile)
	foreach(flag IN LISTS ARGN)
		string(MAKE_C_IDENTIFIER "HAVE_C${flag}" known)
		check_c_compiler_flag(${flag} ${known})
		if(${known})
			target_compile_options(outfeed_flags INTERFACE ${flag})
		endif()
	endforeach()
endfunction()

# outfeed_harden_link(FLAG...): the same for the linker.
function(outfeed_harden_link)
	foreach(flag IN LISTS ARGN)
		string(MAKE_C_IDENTIFIER "HAVE_LD${flag}" known)
		check_linker_flag(C ${flag} ${known})
		if(${known})
			target_link_options(outfeed_flags INTERFACE ${flag})
		endif()
	endforeach()
endfunction()

# Level 3 also checks sizes that are known at run time alone; a C library or compiler
# that lacks it says so in a warning, or has the level stay at 2.
function(outfeed_harden_fortify)
	set(CMAKE_REQUIRED_FLAGS "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -Werror")
	check_c_source_compiles("
		#include <string.h>
		#if defined __GLIBC__ && __USE_FORTIFY_LEVEL < 3
		#error lower
		#endif
		int main(void) { return (int)strlen(\"\"); }" HAVE_C_FORTIFY_3)
	set(level 2)
	if(HAVE_C_FORTIFY_3)
		set(level 3)
	endif()
	# Without optimisation there is nothing to check, and glibc warns. Some compilers
	# have a level of their own, which goes first.
	target_compile_options(outfeed_flags INTERFACE
		$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE>
		$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-D_FORTIFY_SOURCE=${level}>)
endfunction()

# -fPIE comes from CMAKE_POSITION_INDEPENDENT_CODE; without this the linker is not told.
check_pie_supported(LANGUAGES C)

# The sanitizers see more than these, and do not go along with the first. Not here is
# -ftrivial-auto-var-init=zero: a build of 10,000 items takes 13 % more instructions with
# it, to clear buffers that are written before they are read.
if(OUTFEED_HARDEN AND NOT OUTFEED_SANITIZE)
	outfeed_harden_fortify()
	outfeed_harden_compile(-fstack-protector-strong -fstack-clash-protection
		-fcf-protection)
	outfeed_harden_link(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
endif()
