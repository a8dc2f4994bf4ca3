using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace WorkflowLifecycle.HouseRules.Tests;

/// <summary>Who calls what, read from the instructions of an assembly: no alias, lambda or async method hides a call there.</summary>
internal sealed class MethodCalls(SourceProject project)
{
    private static readonly FrozenDictionary<short, OpCode> _opCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToFrozenDictionary(code => code.Value);

    /// <summary>The types, nested ones by their outermost too, with a method that calls it.</summary>
    public IReadOnlyList<string> Of(string type, string method) => project.Read(assembly =>
    {
        MetadataReader metadata = assembly.GetMetadataReader();
        HashSet<int> called =
        [
            .. metadata.MemberReferences.Where(handle => IsCall(metadata, metadata.GetMemberReference(handle), type, method)).Select(handle => MetadataTokens.GetToken(handle)),
        ];
        return (IReadOnlyList<string>)
        [
            .. metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
                .Where(caller => caller.RelativeVirtualAddress != 0 && Calls(assembly.GetMethodBody(caller.RelativeVirtualAddress).GetILReader(), called))
                .Select(caller => NameOf(metadata, caller.GetDeclaringType())).Distinct(StringComparer.Ordinal),
        ];
    });

    private static bool IsCall(MetadataReader metadata, MemberReference member, string type, string method) =>
        metadata.StringComparer.Equals(member.Name, method)
        && member.Parent.Kind == HandleKind.TypeReference
        && metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name, type);

    private static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        string name = metadata.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer ? $"{NameOf(metadata, outer)}.{name}" : name;
    }

    private static bool Calls(BlobReader body, HashSet<int> called)
    {
        while (body.RemainingBytes > 0)
        {
            byte first = body.ReadByte();
            OpCode code = _opCodes[first == 0xfe ? unchecked((short)(0xfe00 | body.ReadByte())) : first];
            if (code.OperandType == OperandType.InlineMethod && called.Contains(body.ReadInt32()))
            {
                return true;
            }

            if (code.OperandType == OperandType.InlineSwitch)
            {
                int targets = body.ReadInt32();
                body.Offset += 4 * targets;
            }
            else if (code.OperandType != OperandType.InlineMethod)
            {
                body.Offset += Size(code.OperandType);
            }
        }

        return false;
    }

    private static int Size(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
